"""The worker of this process: its name, for the log, and whether it is about to end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_state: dict[str, str] = {}
_ending = threading.Event()


def take_name(name: str) -> None:
    """Say who works here from now on."""
    _state["name"] = name


def name() -> str | None:
    """Return who works here; None where no worker was ever started."""
    return _state.get("name")


@contextmanager
def ending() -> Iterator[None]:
    """Let what is in hand be finished, and nothing be begun after it."""
    _ending.set()
    try:
        yield
    finally:
        _ending.clear()


def is_ending() -> bool:
    """Answer whether the worker of this process is about to end."""
    return _ending.is_set()
