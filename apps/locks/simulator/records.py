"""The log of each lock: written at the door, known to the cloud once a gateway took it up.

Source: TTLock open platform, lockRecord/list, record types and raw types.
"""

from __future__ import annotations

from typing import Any, Final

from apps.locks.simulator.entities import Lock, LockRecord
from apps.locks.simulator.faults import Faults
from apps.locks.simulator.passcodes import Verdict
from apps.locks.simulator.wire import DAY_MS
from apps.locks.simulator.world import World

CLOUD_KEEPS_MS: Final = 183 * DAY_MS  # six months

PASSCODE: Final = 4  # the cloud's number space
GATEWAY_UNLOCK: Final = 12
TAMPER: Final = 44
AUTO_LOCK: Final = 45

RAW_PASSCODE: Final = 4  # the lock's number space
RAW_WRONG_CODE: Final = 7
RAW_OUT_OF_WINDOW: Final = 11
RAW_GATEWAY_UNLOCK: Final = 28

RAW_BY_VERDICT: Final = {
    Verdict.OPENED: RAW_PASSCODE,
    Verdict.UNKNOWN_CODE: RAW_WRONG_CODE,
    Verdict.NOT_YET_VALID: RAW_OUT_OF_WINDOW,
    Verdict.EXPIRED: RAW_OUT_OF_WINDOW,
    Verdict.LAPSED: RAW_OUT_OF_WINDOW,
    Verdict.USED_UP: RAW_OUT_OF_WINDOW,
}


class LockLog:
    """Writes records, and hands over those that gateways have taken up since."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting = [record for record in world.records.values() if record.server_ms is None]

    def append(
        self,
        lock: Lock,
        *,
        record_type: int,
        raw_type: int,
        success: bool,
        lock_ms: int,
        username: str = "",
        code: str = "",
    ) -> LockRecord:
        """Write one record into the lock. ``lock_ms`` is the lock's own clock."""
        record = LockRecord(
            record_id=self._world.next_record_id(),
            lock_id=lock.lock_id,
            record_type=record_type,
            raw_type=raw_type,
            success=success,
            username=username,
            code=code,
            battery=lock.battery,
            lock_ms=lock_ms,
        )
        self._world.save(record)
        self._waiting.append(record)
        return record

    def take_up(self, faults: Faults, *, now_ms: int) -> dict[int, list[LockRecord]]:
        """Carry waiting records to the cloud wherever a gateway is online; gives them by lock id.

        A lock out of reach keeps its records, so they arrive late and together.
        """
        taken: dict[int, list[LockRecord]] = {}
        waiting: list[LockRecord] = []
        for record in self._waiting:
            lock = self._world.locks.get(record.lock_id)
            if lock is None:
                continue
            if not any(faults.is_online(gateway) for gateway in lock.gateway_ids):
                waiting.append(record)
                continue
            record.server_ms = now_ms
            self._world.save(record)
            taken.setdefault(lock.lock_id, []).append(record)
        self._waiting = waiting
        return taken

    def forget(self) -> None:
        """Drop what waits; the world was cleared."""
        self._waiting = []


def record_row(record: LockRecord) -> dict[str, Any]:
    """A record as lockRecord/list shows it. A wrong code is type 4 without success."""
    return {
        "recordId": record.record_id,
        "lockId": record.lock_id,
        "recordTypeFromLock": record.raw_type,
        "recordType": record.record_type,
        "success": int(record.success),
        "username": record.username,
        "keyboardPwd": record.code,
        "lockDate": record.lock_ms,
        "serverDate": record.server_ms,
    }


def callback_row(record: LockRecord, *, lock_mac: str) -> dict[str, Any]:
    """A record as the callback carries it: no record id, but the battery."""
    row = record_row(record)
    del row["recordId"]
    return row | {"electricQuantity": record.battery, "lockMac": lock_mac}
