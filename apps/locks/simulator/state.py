"""The whole picture, for tests, demos and people: codes in the clear, times in ISO 8601 UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apps.locks.simulator.entities import CloudCode, Lock, MemoryCode
from apps.locks.simulator.simulator import Simulator


def snapshot(simulator: Simulator, *, lock_id: int | None = None) -> dict[str, Any]:
    """Everything, or everything of one lock."""
    locks = [
        lock
        for lock in simulator.world.locks.values()
        if lock_id is None or lock.lock_id == lock_id
    ]
    return {
        "now": iso(simulator.now_ms()),
        "faults": simulator.faults.plan.described(),
        "calls": dict(simulator.calls),
        "gateways": [_gateway_state(simulator, id_) for id_ in simulator.world.gateway_ids()],
        "locks": [lock_state(simulator, lock) for lock in locks],
    }


def _gateway_state(simulator: Simulator, gateway_id: int) -> dict[str, Any]:
    attached = [
        lock.lock_id for lock in simulator.world.locks.values() if gateway_id in lock.gateway_ids
    ]
    return {
        "gateway_id": gateway_id,
        "online": simulator.faults.is_online(gateway_id),
        "busy": gateway_id in simulator.busy_gateways,
        "lock_ids": attached,
    }


def lock_state(simulator: Simulator, lock: Lock) -> dict[str, Any]:
    """One lock with its two address spaces, ``memory`` and ``cloud``."""
    world = simulator.world
    return {
        "lock_id": lock.lock_id,
        "alias": lock.alias,
        "mac": lock.mac,
        "gateway_ids": lock.gateway_ids,
        "battery": lock.battery,
        "digits": lock.digits,
        "memory": [
            _code_state(code) | {"used_at": iso(code.used_ms)}
            for code in world.remembered(lock.lock_id)
        ],
        "cloud": [_code_state(code) for code in world.listed(lock.lock_id)],
        "records": len(world.logged(lock.lock_id)),
    }


def _code_state(code: CloudCode | MemoryCode) -> dict[str, Any]:
    return {
        "code": code.code,
        "name": code.name,
        "kind": "CUSTOM" if code.is_custom else "OFFLINE",
        "starts_at": iso(code.start_ms),
        "ends_at": iso(code.end_ms or None),
        "keyboard_pwd_id": code.keyboard_pwd_id,
    }


def iso(millis: int | None) -> str | None:
    """Epoch milliseconds as ISO 8601 in UTC; None stays None."""
    return None if millis is None else datetime.fromtimestamp(millis / 1000, UTC).isoformat()
