"""Whether what this process lives on answers. Rooms add checks when Django starts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog
from django.db import close_old_connections

log = structlog.get_logger(__name__)

PATIENCE_SECONDS: Final = 2.0
FRESH_SECONDS: Final = 1.0  # probes and strangers may ask often; the answer is found once a second


class Health(StrEnum):
    """How something is. Without what is unavailable nothing can be done here."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


class Unwell(Exception):
    """Something does not work; the message says what, in a sentence without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What to ask. ``ask`` returns, or raises: ``Unwell`` with a sentence, or anything."""

    name: str
    ask: Callable[[], None]
    is_vital: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How it is; ``reason`` None where it is well."""

    health: Health
    reason: str | None = None


_checks: dict[str, Check] = {}
_asking: dict[str, Future[None]] = {}
_askers = ThreadPoolExecutor(8, thread_name_prefix="health")
_turn = threading.Lock()
_last: tuple[float, Mapping[str, Finding]] | None = None


def register_check(check: Check) -> None:
    """Make ``check`` known. Registering its name again replaces it."""
    _checks[check.name] = check


def examine() -> Mapping[str, Finding]:
    """Return how everything is, by name; asked at most once a second, side by side."""
    global _last
    with _turn:
        if _last is None or time.monotonic() >= _last[0] + FRESH_SECONDS:
            _last = time.monotonic(), _examine()
        return _last[1]


def overall(findings: Mapping[str, Finding]) -> Health:
    """Return the worst of all."""
    by_severity = list(Health)
    return max((found.health for found in findings.values()), key=by_severity.index)


def _examine() -> Mapping[str, Finding]:
    for name, check in _checks.items():
        # One that hangs is not asked a second time, or its threads would pile up.
        if name not in _asking or _asking[name].done():
            _asking[name] = _askers.submit(_ask, check)
    wait([_asking[name] for name in _checks], timeout=PATIENCE_SECONDS)
    return {name: _finding(check, _asking[name]) for name, check in _checks.items()}


def _ask(check: Check) -> None:
    close_old_connections()
    try:
        check.ask()
    finally:
        close_old_connections()


def _finding(check: Check, asked: Future[None]) -> Finding:
    if asked.done() and asked.exception() is None:
        return Finding(health=Health.OK)
    return Finding(
        health=Health.UNAVAILABLE if check.is_vital else Health.DEGRADED,
        reason=_reason(check, asked),
    )


def _reason(check: Check, asked: Future[None]) -> str:
    if not asked.done():
        return f"No answer within {PATIENCE_SECONDS:g} seconds."
    error = asked.exception()
    if isinstance(error, Unwell):
        return str(error)
    # The kind alone: what a driver says of itself may hold addresses and names.
    log.warning("health.check_failed", check=check.name, error=type(error).__name__)
    return "It can't be reached."
