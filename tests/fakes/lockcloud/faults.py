"""Choosing what goes wrong with one request."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any, Final

from tests.fakes.lockcloud.world import Fault, World

KINDS: Final = frozenset(
    ("latency", "timeout", "late", "errcode", "http", "garbage", "reset", "revoke", "phantom")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a fault can be aimed at; ``nth`` counts this call on this lock."""

    call: str
    lock: int | None
    gateways: tuple[int, ...]
    digits: str | None
    nth: int


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happens to one request: perhaps slower, perhaps one fault."""

    delay: float = 0.0
    fault: Fault | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the call goes wrong before anything was done."""
        fault = self.fault
        if fault is None or fault.kind in ("late", "phantom"):
            return False
        return fault.kind == "revoke" or not fault.applied


def script_fault(world: World, kind: str, **aim: Any) -> Fault:
    """Add a fault to what goes wrong. Raises ValueError or TypeError when there is no such."""
    if kind not in KINDS:
        raise ValueError(f"no such kind of fault: {kind}")
    fault = Fault(number=world.number(), kind=kind, **aim)
    world.faults.append(fault)
    return fault


def choose(world: World, target: Target, *, seed: int) -> Mishap:
    """The first fault that hits, and the delays of all that only slow down; counts the hits."""
    delay, chosen = 0.0, None
    for fault in world.faults:
        slows = fault.kind == "latency"
        if (chosen is not None and not slows) or not _aims_at(fault, target):
            continue
        if not _hits(fault, target, seed=seed):
            continue
        fault.hits += 1
        if slows:
            delay += fault.seconds
        else:
            chosen = fault
    return Mishap(delay, chosen)


def _aims_at(fault: Fault, target: Target) -> bool:
    return (
        fnmatch(target.call, fault.call)
        and fault.lock in (None, target.lock)
        and (fault.gateway is None or fault.gateway in target.gateways)
        and fault.digits in (None, target.digits)
    )


def _hits(fault: Fault, target: Target, *, seed: int) -> bool:
    fault.seen += 1
    if fault.seen <= fault.after or (fault.times is not None and fault.hits >= fault.times):
        return False
    if fault.rate is None:
        return True
    key = f"{seed}:{fault.kind}:{fault.call}:{target.call}:{target.lock}:{target.nth}"
    return random.Random(key).random() < fault.rate  # noqa: S311 - a draw that repeats
