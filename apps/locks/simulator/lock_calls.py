"""lock/*, gateway/* and lockRecord/list: what the cloud knows, and what it asks the lock.

Source: TTLock open platform, the pages of these calls; lock/detail from a published log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

from apps.locks.simulator import records
from apps.locks.simulator.entities import Lock, LockRecord, mac_address
from apps.locks.simulator.wire import ErrCode, Fields, Refusal, done, page
from apps.locks.simulator.work import Desk, Work
from apps.locks.simulator.world import signal_strength

AUTO_LOCK_SECONDS: Final = 5
# Bits: 0 passcode, 8 remote lock, 10 gateway unlock, 22 passage mode.
FEATURES: Final = f"{1 << 0 | 1 << 8 | 1 << 10 | 1 << 22:X}"


def list_locks(desk: Desk, fields: Fields) -> Work:
    """All locks of the account, provisioned or mentioned so far."""
    alias = (fields.text("lockAlias") or "").casefold()
    locks = [lock for lock in desk.world.locks.values() if alias in lock.alias.casefold()]
    if fields.integer("type") not in (None, 1):
        locks = []
    body = page([_lock_row(lock) for lock in locks], fields, max_size=1000)
    return Work(answer=lambda: body)


def lock_detail(desk: Desk, fields: Fields) -> Work:
    """One lock, with secrets among its fields as the vendor's answer has them."""
    lock = desk.lock(fields)
    return Work(answer=lambda: _lock_row(lock) | _lock_details(lock))


def _lock_row(lock: Lock) -> dict[str, Any]:
    return {
        "lockId": lock.lock_id,
        "lockName": f"S{lock.lock_id:X}_{lock.mac.replace(':', '')[-6:].lower()}",
        "lockAlias": lock.alias,
        "lockMac": lock.mac,
        "electricQuantity": lock.battery,
        "featureValue": FEATURES,
        "hasGateway": int(bool(lock.gateway_ids)),
        "lockData": _secret(lock, "data"),
        "groupId": 0,
        "groupName": "",
        "keyboardPwdVersion": 4,
        "date": lock.provisioned_ms,
    }


def _lock_details(lock: Lock) -> dict[str, Any]:
    return {
        "timezoneRawOffset": 0,
        "autoLockTime": AUTO_LOCK_SECONDS,
        "modelNum": "SIMULATED",
        "hardwareRevision": "1.0",
        "firmwareRevision": "1.0.0",
        "lockUpdateDate": lock.provisioned_ms,
        "isFrozen": 2,
        "passageMode": 2,
        "tamperAlert": 1,
        "privacyLock": 2,
        "lockVersion": {
            "protocolType": 5,
            "protocolVersion": 3,
            "scene": 2,
            "groupId": 1,
            "orgId": 1,
        },
        "adminPwd": _secret(lock, "admin"),
        "noKeyPwd": str(int(_secret(lock, "noKey")[:6], 16)),
        "deletePwd": "",
        "aesKeyStr": _secret(lock, "aes"),
        "lockKey": _secret(lock, "key"),
    }


def _secret(lock: Lock, purpose: str) -> str:
    return hashlib.sha256(lock.secret + purpose.encode()).hexdigest()[:32]


def query_open_state(desk: Desk, fields: Fields) -> Work:
    """0 locked, 1 unlocked; the door locks itself a few seconds after it was opened."""
    lock = desk.lock(fields)

    def answer() -> dict[str, Any]:
        opened = lock.opened_ms
        is_open = opened is not None and desk.now_ms() - opened < AUTO_LOCK_SECONDS * 1000
        return {"state": int(is_open)}

    return Work(answer=answer, lock=lock)


def unlock(desk: Desk, fields: Fields) -> Work:
    """Opens the door from afar; the lock writes a gateway unlock into its log."""
    lock = desk.lock(fields)

    def answer() -> dict[str, Any]:
        lock.opened_ms = desk.now_ms()
        desk.world.save(lock)
        desk.log.append(
            lock,
            record_type=records.GATEWAY_UNLOCK,
            raw_type=records.RAW_GATEWAY_UNLOCK,
            success=True,
            lock_ms=desk.lock_clock_ms(lock),
        )
        return done()

    return Work(answer=answer, lock=lock)


def lock_door(desk: Desk, fields: Fields) -> Work:
    """Locks the door from afar."""
    lock = desk.lock(fields)

    def answer() -> dict[str, Any]:
        lock.opened_ms = None
        desk.world.save(lock)
        return done()

    return Work(answer=answer, lock=lock)


def query_battery(desk: Desk, fields: Fields) -> Work:
    """The charge in per cent."""
    lock = desk.lock(fields)
    return Work(answer=lambda: {"electricQuantity": lock.battery}, lock=lock)


def query_date(desk: Desk, fields: Fields) -> Work:
    """What the lock's clock shows, by which it judges every window."""
    lock = desk.lock(fields)
    return Work(answer=lambda: {"date": desk.lock_clock_ms(lock)}, lock=lock)


def update_date(desk: Desk, fields: Fields) -> Work:
    """Sets the lock's clock to the true time."""
    lock = desk.lock(fields)

    def answer() -> dict[str, Any]:
        desk.faults.set_lock_clock(lock.lock_id)
        return {"date": desk.lock_clock_ms(lock)}

    return Work(answer=answer, lock=lock)


def list_gateways(desk: Desk, fields: Fields) -> Work:
    """All gateways; one that went offline is listed as online until the cloud has noticed."""
    rows = [_gateway_row(desk, gateway) for gateway in desk.world.gateway_ids()]
    body = page(rows, fields, max_size=200)
    return Work(answer=lambda: body)


def _gateway_row(desk: Desk, gateway_id: int) -> dict[str, Any]:
    attached = [lock for lock in desk.world.locks.values() if gateway_id in lock.gateway_ids]
    online = desk.faults.is_believed_online(gateway_id, now_ms=desk.now_ms())
    return gateway_identity(gateway_id) | {"lockNum": len(attached), "isOnline": int(online)}


def gateway_identity(gateway_id: int) -> dict[str, Any]:
    """The fields that name a gateway, in lists and in callbacks."""
    return {
        "gatewayId": gateway_id,
        "gatewayMac": mac_address("gateway", gateway_id),
        "gatewayName": f"Gateway {gateway_id}",
        "gatewayVersion": 2,
        "networkName": "simulated",
        "networkMac": mac_address("network", gateway_id),
    }


def list_gateways_of_lock(desk: Desk, fields: Fields) -> Work:
    """The gateways a lock is paired with, as far as the cloud has not noticed their loss."""
    lock = desk.lock(fields)
    now = desk.now_ms()
    rows = [
        {
            **{key: gateway_identity(gateway)[key] for key in ("gatewayMac", "gatewayName")},
            "gatewayId": gateway,
            "rssi": signal_strength(lock.lock_id, gateway),
            "rssiUpdateDate": lock.provisioned_ms,
        }
        for gateway in lock.gateway_ids
        if desk.faults.is_believed_online(gateway, now_ms=now)
    ]
    return Work(answer=lambda: {"list": rows})


def list_locks_of_gateway(desk: Desk, fields: Fields) -> Work:
    """The locks a gateway is paired with. Raises Refusal -4037."""
    gateway_id = fields.required_integer("gatewayId")
    if gateway_id not in desk.world.gateway_ids():
        raise Refusal(ErrCode.GATEWAY_NOT_FOUND)
    rows = [
        {
            **{key: _lock_row(lock)[key] for key in ("lockId", "lockMac", "lockName", "lockAlias")},
            "rssi": signal_strength(lock.lock_id, gateway_id),
            "updateDate": lock.provisioned_ms,
        }
        for lock in desk.world.locks.values()
        if gateway_id in lock.gateway_ids
    ]
    return Work(answer=lambda: {"list": rows})


def list_records(desk: Desk, fields: Fields) -> Work:
    """What gateways have taken up from a lock's log in the last six months, newest first."""
    lock = desk.lock(fields)
    is_wanted = _record_filter(fields, oldest_ms=desk.now_ms() - records.CLOUD_KEEPS_MS)
    rows = [
        records.record_row(record)
        for record in reversed(desk.world.logged(lock.lock_id))
        if record.server_ms is not None and is_wanted(record)
    ]
    body = page(rows, fields, max_size=200)
    return Work(answer=lambda: body)


def _record_filter(fields: Fields, *, oldest_ms: int) -> Callable[[LockRecord], bool]:
    start = max(fields.instant("startDate") or 0, oldest_ms)
    end = fields.instant("endDate")
    record_type = fields.integer("recordType")
    search = fields.text("searchStr")

    def is_wanted(record: LockRecord) -> bool:
        return (
            start <= record.lock_ms
            and (end is None or record.lock_ms <= end)
            and record_type in (None, record.record_type)
            and search in (None, record.code)
        )

    return is_wanted
