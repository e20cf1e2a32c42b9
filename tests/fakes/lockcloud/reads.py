"""The calls that only tell: locks, gateways, codes, records. None of them reads a lock's memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.fakes.lockcloud.answers import Answer, Refused
from tests.fakes.lockcloud.envelope import Doorman, Request
from tests.fakes.lockcloud.setup import SECRET_MARK
from tests.fakes.lockcloud.world import Entry, Passcode

STALE_MS: Final = 30 * 60_000
"""How long a gateway without power is still told as a lock's. Source: gateway/listByLock."""


def list_locks(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """Only locks given by name at construction, though others answer too."""
    alias = request.fields.get("lockAlias", "").lower()
    rows = [_lock_row(doorman, lock_id) for lock_id in doorman.setup.locks]
    return _page(request, [row for row in rows if alias in row["lockAlias"].lower()], most=1000)


def _lock_row(doorman: Doorman, lock_id: int) -> Answer:
    return {
        "lockId": lock_id,
        "lockName": f"M302_{lock_id:06x}",
        "lockAlias": doorman.setup.locks.get(lock_id, f"Lock {lock_id}"),
        "lockMac": _mac(lock_id),
        "electricQuantity": 84,
        "featureValue": "44004200F5",
        "hasGateway": int(bool(doorman.setup.gateways_of(lock_id))),
        "lockData": f"{SECRET_MARK}-data-{lock_id}",
        "date": 1_700_000_000_000,
    }


def tell_lock(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """One lock, with the secrets that the real cloud gives away."""
    lock_id = request.number("lockId")
    secret_names = ("adminPwd", "noKeyPwd", "deletePwd", "aesKeyStr", "lockKey", "pwdInfo")
    return {
        **_lock_row(doorman, lock_id),
        **{name: f"{SECRET_MARK}-{name}-{lock_id}" for name in secret_names},
        "keyboardPwdVersion": 4,
        "timezoneRawOffset": 0,
        "autoLockTime": 5,
        "isFrozen": 2,
        "passageMode": 2,
        "lockVersion": {"protocolType": 5, "protocolVersion": 3, "scene": 2},
    }


def list_gateways(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """The gateways of all locks that the cloud has heard of."""
    return _page(
        request,
        [
            {
                "gatewayId": gateway_id,
                "gatewayMac": _mac(gateway_id),
                "gatewayName": f"Gateway {gateway_id}",
                "gatewayVersion": 2,
                "networkName": "hotel",
                "lockNum": len(locks),
                "isOnline": int(_told_online(doorman, gateway_id, now=now)),
            }
            for gateway_id, locks in sorted(_gateways(doorman).items())
        ],
        most=200,
    )


def list_gateways_of_lock(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """The lock's gateways; one that lost its power stays for half an hour."""
    lock_id = request.number("lockId")
    return {
        "list": [
            {
                "gatewayId": gateway_id,
                "gatewayMac": _mac(gateway_id),
                "gatewayName": f"Gateway {gateway_id}",
                "rssi": -60 - 10 * nth,
                "rssiUpdateDate": now,
            }
            for nth, gateway_id in enumerate(doorman.setup.gateways_of(lock_id))
            if _recently_there(doorman, gateway_id, now=now)
        ]
    }


def list_locks_of_gateway(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """The locks near one gateway. Raises Refused(-4037)."""
    locks = _gateways(doorman).get(request.number("gatewayId"))
    if locks is None:
        raise Refused(-4037)
    rows = [_lock_row(doorman, lock_id) for lock_id in locks]
    told = ("lockId", "lockMac", "lockName", "lockAlias")
    return {"list": [{**{k: row[k] for k in told}, "rssi": -60, "updateDate": now} for row in rows]}


def list_passcodes(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """The cloud's view of a lock's codes, which is not the lock's memory."""
    rows = doorman.world.rows_of(request.number("lockId"))
    text = request.fields.get("searchStr", "")
    found = [row for row in rows if not text or text == row.digits or text in row.name]
    order = request.number("orderBy", 1)
    key: Callable[[Passcode], Any] = (
        (lambda row: row.passcode_id) if order == 1 else (lambda row: row.name)
    )
    found.sort(key=key, reverse=order != 0)
    return _page(request, [passcode_row(row, now=now) for row in found], most=200)


def passcode_row(row: Passcode, *, now: int) -> Answer:
    """A listed code in the vendor's words."""
    return {
        "keyboardPwdId": row.passcode_id,
        "lockId": row.lock_id,
        "keyboardPwd": row.digits,
        "keyboardPwdName": row.name,
        "keyboardPwdType": row.type,
        "keyboardPwdVersion": 4,
        "startDate": row.start,
        "endDate": row.end,
        "sendDate": row.sent_at,
        "isCustom": int(row.is_custom),
        "senderUsername": "lockcloud",
        "status": row.status_at(now),
    }


def list_entries(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """The lock's records, newest first."""
    lock_id, kind = request.number("lockId"), request.number("recordType", 0)
    since, until = request.number("startDate", 0), request.number("endDate", 0)
    found = [
        entry
        for entry in reversed(doorman.world.entries)
        if entry.lock_id == lock_id
        and kind in (0, entry.record_type)
        and since <= entry.lock_date
        and (not until or entry.lock_date <= until)
        and request.fields.get("searchStr", "") in ("", entry.digits)
    ]
    return _page(request, [_entry_row(entry) for entry in found], most=200)


def _entry_row(entry: Entry) -> Answer:
    return {
        "recordId": entry.record_id,
        "lockId": entry.lock_id,
        "recordTypeFromLock": entry.raw_type,
        "recordType": entry.record_type,
        "success": entry.success,
        "username": entry.username,
        "keyboardPwd": entry.digits,
        "lockDate": entry.lock_date,
        "serverDate": entry.server_date,
    }


def count_month(doorman: Doorman, request: Request, *, now: int) -> Answer:
    """Calls of the month so far."""
    return {"monthRequestCount": doorman.world.month_requests}


def _page(request: Request, rows: Sequence[Answer], *, most: int) -> Answer:
    number, size = request.number("pageNo", 1), request.number("pageSize", 20)
    if number < 1 or not 1 <= size <= most:
        raise Refused(-3)
    return {
        "list": list(rows[(number - 1) * size : number * size]),
        "pageNo": number,
        "pageSize": size,
        "pages": -(-len(rows) // size),
        "total": len(rows),
    }


def _gateways(doorman: Doorman) -> dict[int, list[int]]:
    near: dict[int, list[int]] = {}
    for lock_id in dict.fromkeys([*doorman.setup.locks, *doorman.world.seen_locks]):
        for gateway_id in doorman.setup.gateways_of(lock_id):
            near.setdefault(gateway_id, []).append(lock_id)
    return near


def _told_online(doorman: Doorman, gateway_id: int, *, now: int) -> bool:
    outage = doorman.world.outage_of(gateway_id)
    return outage is None or (outage.stale and now < outage.since + STALE_MS)


def _recently_there(doorman: Doorman, gateway_id: int, *, now: int) -> bool:
    outage = doorman.world.outage_of(gateway_id)
    return outage is None or now < outage.since + STALE_MS


def _mac(number: int) -> str:
    return ":".join(f"{number:012X}"[at : at + 2] for at in range(0, 12, 2))
