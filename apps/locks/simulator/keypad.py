"""What happens at the door itself: digits typed, and events the lock reports."""

from __future__ import annotations

from typing import Final

from apps.locks.simulator import passcodes, records
from apps.locks.simulator.callbacks import gateway_form
from apps.locks.simulator.entities import Lock
from apps.locks.simulator.passcodes import Verdict
from apps.locks.simulator.simulator import Simulator


def enter_code(simulator: Simulator, *, lock: Lock, code: str, at_ms: int) -> Verdict:
    """Type ``code`` at the true time ``at_ms``; the lock judges by its memory and its own clock.

    No gateway takes part. The log gains a record; it reaches the cloud, and the callback goes out,
    as soon as a gateway of the lock is online.
    """
    world = simulator.world
    remembered = world.remembered(lock.lock_id)
    entry = next((held for held in remembered if held.code == code), None)
    lock_ms = simulator.faults.lock_clock_ms(lock.lock_id, now_ms=at_ms)
    verdict = passcodes.judge(entry, lock_ms=lock_ms)
    if entry is not None and verdict is Verdict.OPENED:
        entry.used_ms = entry.used_ms or at_ms
        lock.opened_ms = at_ms
        world.save(entry)
        world.save(lock)
    simulator.log.append(
        lock,
        record_type=records.PASSCODE,
        raw_type=records.RAW_BY_VERDICT[verdict],
        success=verdict is Verdict.OPENED,
        lock_ms=lock_ms,
        username=entry.name if entry is not None else "",
        code=code,
    )
    simulator.settle()
    return verdict


LOCK_EVENTS: Final = {"battery": records.AUTO_LOCK, "tamper": records.TAMPER}
GATEWAY_EVENTS: Final = {"gateway_offline": False, "gateway_online": True}


def report_lock_event(simulator: Simulator, *, lock: Lock, event: str, battery: int | None) -> None:
    """A ``battery`` report (an automatic locking with the new charge) or a ``tamper`` alarm."""
    if battery is not None:
        lock.battery = battery
        simulator.world.save(lock)
    record_type = LOCK_EVENTS[event]
    simulator.log.append(
        lock,
        record_type=record_type,
        raw_type=record_type,
        success=True,
        lock_ms=simulator.faults.lock_clock_ms(lock.lock_id, now_ms=simulator.now_ms()),
    )
    simulator.settle()


def report_gateway_event(simulator: Simulator, *, gateway_id: int, event: str) -> None:
    """Tell the application that a gateway came or went; the gateway itself is left as it is."""
    simulator.callbacks.post(gateway_form(gateway_id, is_online=GATEWAY_EVENTS[event]))
