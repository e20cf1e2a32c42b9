"""Putting up locks by hand: the shape of ``POST /_sim/locks`` and what it changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from apps.locks.simulator.entities import ALL_DIGITS, Lock
from apps.locks.simulator.world import World

KNOWN: Final = ("lock_id", "alias", "gateway_ids", "mac", "battery", "digits")
MAC: Final = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
MAX_ALIAS: Final = 100


def provision(world: World, body: object, *, now_ms: int) -> list[Lock]:
    """Create or change one lock or a list of them; keys left out stay as they are.

    Nothing is changed unless everything is right. Raises ValueError that says what is not.
    """
    wanted = body if isinstance(body, list) else [body]
    checked = [_checked(item) for item in wanted]
    return [_upsert(world, item, now_ms=now_ms) for item in checked]


def _checked(item: object) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise ValueError("each lock must be an object")  # noqa: TRY004 - one error for the caller
    unknown = sorted(set(item) - set(KNOWN))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(KNOWN)}")
    if not _is_id(item.get("lock_id")):
        raise ValueError("lock_id must be a positive integer")
    for key, is_right in CHECKS.items():
        if key in item and not is_right(item[key]):
            raise ValueError(f"{key} is wrong")
    return item


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


CHECKS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "alias": lambda value: isinstance(value, str) and len(value) <= MAX_ALIAS,
    "gateway_ids": lambda value: isinstance(value, list) and all(map(_is_id, value)),
    "mac": lambda value: isinstance(value, str) and MAC.fullmatch(value.upper()) is not None,
    "battery": lambda value: type(value) is int and 0 <= value <= 100,
    "digits": lambda value: (
        isinstance(value, str) and bool(value) and set(value) <= set(ALL_DIGITS)
    ),
}


def _upsert(world: World, item: Mapping[str, Any], *, now_ms: int) -> Lock:
    lock = world.provision(item["lock_id"], now_ms=now_ms)
    lock.alias = item.get("alias", lock.alias)
    lock.gateway_ids = sorted(set(item.get("gateway_ids", lock.gateway_ids)))
    lock.mac = item.get("mac", lock.mac).upper()
    lock.battery = item.get("battery", lock.battery)
    lock.digits = "".join(sorted(set(item.get("digits", lock.digits))))
    world.save(lock)
    return lock
