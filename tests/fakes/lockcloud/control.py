"""What tests may ask and tell a cloud, by name and in JSON values: ``POST /_control``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from tests.fakes.lockcloud import door, faults
from tests.fakes.lockcloud.effects import new_row
from tests.fakes.lockcloud.engine import Engine
from tests.fakes.lockcloud.reads import passcode_row
from tests.fakes.lockcloud.world import Effect, Outage, Stored


def _memory(engine: Engine, *, lock: int) -> list[dict[str, Any]]:
    with engine.turn():
        return [asdict(code) for code in engine.world.stored_on(lock)]


def _listed(engine: Engine, *, lock: int) -> list[dict[str, Any]]:
    with engine.turn() as now:
        return [passcode_row(row, now=now) for row in engine.world.rows_of(lock)]


def _add_foreign(
    engine: Engine,
    *,
    lock: int,
    digits: str,
    name: str = "The cleaner",
    start: int = 0,
    end: int = 0,
    listed: bool = True,
) -> int | None:
    """A code that somebody wrote by Bluetooth; ``listed`` when the app told the cloud."""
    kind = 3 if end else 2
    with engine.turn() as now:
        code = Stored(lock_id=lock, digits=digits, name=name, start=start, end=end)
        if listed:
            effect = Effect(
                do="add", lock_id=lock, digits=digits, name=name, type=kind, start=start, end=end
            )
            code.passcode_id = new_row(engine.doorman, effect, now=now).passcode_id
        engine.world.memory.append(code)
        return code.passcode_id


def _wipe(engine: Engine, *, lock: int, digits: str | None = None, rows: bool = True) -> None:
    """Somebody removes codes at the lock; without ``rows`` the cloud still lists them."""
    with engine.turn():
        world = engine.world
        world.memory = [
            code
            for code in world.memory
            if code.lock_id != lock or digits not in (None, code.digits)
        ]
        for row in world.rows_of(lock) if rows else []:
            row.deleted = digits in (None, row.digits)


def _set_offline(
    engine: Engine, *, gateway: int, offline: bool = True, stale: bool = False
) -> None:
    with engine.turn() as now:
        world = engine.world
        world.outages = [each for each in world.outages if each.gateway_id != gateway]
        if offline:
            world.outages.append(Outage(gateway_id=gateway, since=now, stale=stale))


def _fault(engine: Engine, *, kind: str, **aim: Any) -> int:
    with engine.turn():
        return faults.script_fault(engine.world, kind, **aim).number


def _clear_faults(engine: Engine) -> None:
    """Nothing goes wrong any more; what is pending still lands."""
    with engine.turn():
        engine.world.faults.clear()


def _land_pending(engine: Engine) -> None:
    """All late commands are carried out now, and phantom adds are listed as failed."""
    with engine.turn() as now:
        for row in engine.world.passcodes:
            row.fails_at = now if row.fails_at is not None else None
        engine.land(until=None)


def _set_drift(engine: Engine, *, lock: int, seconds: int) -> None:
    with engine.turn():
        engine.world.drifts[str(lock)] = seconds


def _set_month_requests(engine: Engine, *, count: int) -> None:
    with engine.turn():
        engine.world.month_requests = count


ACTIONS: Final[dict[str, Callable[..., Any]]] = {
    "state": Engine.state,
    "memory": _memory,
    "listed": _listed,
    "enter": door.enter,
    "record": door.record,
    "add_foreign": _add_foreign,
    "wipe": _wipe,
    "set_offline": _set_offline,
    "fault": _fault,
    "clear_faults": _clear_faults,
    "land_pending": _land_pending,
    "revoke_tokens": Engine.revoke_tokens,
    "set_drift": _set_drift,
    "set_month_requests": _set_month_requests,
    "reset": Engine.forget_everything,
}


def act(engine: Engine, do: str, **fields: Any) -> Any:
    """Carry out one action. Raises ValueError or TypeError for one that does not exist."""
    if do not in ACTIONS:
        raise ValueError(f"no such action: {do}")
    return ACTIONS[do](engine, **fields)
