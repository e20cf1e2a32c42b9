"""What the lock cloud tells, as typed values.

Each reader picks the fields it names and lets the rest fall. That is a rule, not a saving:
``lock/detail`` and ``lock/list`` also carry the keys of the door (adminPwd, noKeyPwd,
deletePwd, aesKeyStr, lockKey, lockData), and none of these may go further than here.
Whatever holds a code or a token leaves it out of its repr.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from apps.locks.ttlock.wire import (
    Row,
    UnreadableAnswer,
    find_flag,
    find_instant,
    find_int,
    find_text,
    get_int,
    get_text,
)


class PasscodeKind(IntEnum):
    """``keyboardPwdType``, as far as this project uses it. Others exist and stay numbers."""

    ONE_TIME = 1
    PERMANENT = 2
    PERIOD = 3


class PasscodeStatus(IntEnum):
    """The cloud's view of a passcode. Source: TTLock open platform, lock/listKeyboardPwd."""

    NORMAL = 1
    EXPIRED = 2
    PENDING = 3
    ADDING = 4
    ADD_FAILED = 5
    CHANGING = 6
    CHANGE_FAILED = 7
    DELETING = 8
    DELETE_FAILED = 9


class RecordType(IntEnum):
    """``recordType``: the cloud's numbers, not the lock's raw ones (``recordTypeFromLock``)."""

    APP_UNLOCK = 1
    PASSCODE_UNLOCK = 4
    CARD_UNLOCK = 7
    FINGERPRINT_UNLOCK = 8
    MECHANICAL_KEY = 10
    GATEWAY_UNLOCK = 12
    PASSCODE_LOCK = 34
    TAMPER_ALARM = 44
    AUTO_LOCK = 45
    UNLOCK_KEY = 46
    LOCK_KEY = 47
    KEYPAD_LOCKED_OUT = 48
    REMOTE = 55


class OpenState(StrEnum):
    """Whether the bolt is out, as the lock said through its gateway."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNKNOWN = "unknown"


LARGEST_ZONE_OFFSET_MILLIS: Final = 24 * 60 * 60 * 1000
# Beyond the vendor's own ten years for a refresh token, and safe to add to any instant.
LONGEST_TOKEN_LIFE: Final = timedelta(days=3660)

OPEN_STATES: Final[Mapping[int, OpenState]] = {0: OpenState.LOCKED, 1: OpenState.UNLOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LockInfo:
    """A lock of the account. What ``lock/list`` leaves out and ``lock/detail`` tells is None."""

    lock_id: int
    name: str
    alias: str
    mac: str
    has_gateway: bool | None
    battery_percent: int | None
    features: str  # a hex bit mask: 0 passcode, 8 remote lock, 10 gateway unlock, 56 Wi-Fi
    passcode_version: int | None  # custom codes need 4
    zone_offset: timedelta | None
    model: str
    firmware: str
    is_frozen: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayInfo:
    """A gateway of the account. Its word on being online can be half an hour old."""

    gateway_id: int
    name: str
    mac: str
    version: int | None
    lock_count: int | None
    is_online: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockGateway:
    """That a gateway hears a lock: ``rssi`` above -75 is strong, below -85 weak (dBm)."""

    lock_id: int
    gateway_id: int
    rssi: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passcode:
    """A passcode as the cloud lists it; not a reading of the lock's own memory.

    ``kind`` is a PasscodeKind or another of the vendor's numbers, ``status`` a PasscodeStatus
    likewise. ``is_custom`` parts codes that were chosen from codes that the cloud computed.
    """

    passcode_id: int
    lock_id: int
    code: str = field(repr=False)
    name: str
    kind: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    sent_at: datetime | None
    is_custom: bool | None
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflinePasscode:
    """A code that the cloud computed; the lock accepts it without having been told."""

    code: str = field(repr=False)
    passcode_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRecord:
    """One line of a lock's history.

    ``name`` is the passcode's name for keypad actions and an account for app actions;
    ``code`` is what was typed. ``happened_at`` is by the lock's own clock.
    """

    record_id: int | None
    lock_id: int
    record_type: int | None
    raw_record_type: int | None
    success: bool | None
    name: str = field(repr=False)
    code: str = field(repr=False)
    happened_at: datetime | None
    uploaded_at: datetime | None
    battery_percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant:
    """What a login or a refresh gives."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: timedelta


def read_lock(row: Row) -> LockInfo:
    return LockInfo(
        lock_id=get_int(row, "lockId"),
        name=find_text(row, "lockName"),
        alias=find_text(row, "lockAlias"),
        mac=find_text(row, "lockMac"),
        has_gateway=find_flag(row, "hasGateway"),
        battery_percent=find_int(row, "electricQuantity"),
        features=find_text(row, "featureValue"),
        passcode_version=find_int(row, "keyboardPwdVersion"),
        zone_offset=_find_zone_offset(row),
        model=find_text(row, "modelNum"),
        firmware=find_text(row, "firmwareRevision"),
        is_frozen=find_flag(row, "isFrozen"),
    )


def _find_zone_offset(row: Row) -> timedelta | None:
    millis = find_int(row, "timezoneRawOffset")
    if millis is None or abs(millis) > LARGEST_ZONE_OFFSET_MILLIS:
        return None
    return timedelta(milliseconds=millis)


def read_gateway(row: Row) -> GatewayInfo:
    return GatewayInfo(
        gateway_id=get_int(row, "gatewayId"),
        name=find_text(row, "gatewayName"),
        mac=find_text(row, "gatewayMac"),
        version=find_int(row, "gatewayVersion"),
        lock_count=find_int(row, "lockNum"),
        is_online=find_flag(row, "isOnline"),
    )


def read_link(
    row: Row, *, lock_id: int | None = None, gateway_id: int | None = None
) -> LockGateway:
    """A row of gateway/listByLock or gateway/listLock; each leaves out the id it was asked by."""
    return LockGateway(
        lock_id=get_int(row, "lockId") if lock_id is None else lock_id,
        gateway_id=get_int(row, "gatewayId") if gateway_id is None else gateway_id,
        rssi=find_int(row, "rssi"),
    )


def read_passcode(row: Row, *, lock_id: int) -> Passcode:
    listed_for = find_int(row, "lockId")
    return Passcode(
        passcode_id=get_int(row, "keyboardPwdId"),
        lock_id=lock_id if listed_for is None else listed_for,
        code=find_text(row, "keyboardPwd"),
        name=find_text(row, "keyboardPwdName"),
        kind=find_int(row, "keyboardPwdType"),
        starts_at=find_instant(row, "startDate"),
        ends_at=find_instant(row, "endDate"),
        sent_at=find_instant(row, "sendDate"),
        is_custom=find_flag(row, "isCustom"),
        status=find_int(row, "status"),
    )


def read_offline_passcode(answer: Row) -> OfflinePasscode:
    return OfflinePasscode(
        code=get_text(answer, "keyboardPwd"), passcode_id=find_int(answer, "keyboardPwdId")
    )


def read_record(row: Row, *, lock_id: int | None = None) -> LockRecord:
    """A row of lockRecord/list, or a record of the callback, whose rows may lack the lock."""
    named = find_int(row, "lockId")
    lock = lock_id if named is None else named
    if lock is None:
        raise UnreadableAnswer("a record names no lock")
    return LockRecord(
        record_id=find_int(row, "recordId"),
        lock_id=lock,
        record_type=find_int(row, "recordType"),
        raw_record_type=find_int(row, "recordTypeFromLock"),
        success=find_flag(row, "success"),
        name=find_text(row, "username"),
        code=find_text(row, "keyboardPwd"),
        happened_at=find_instant(row, "lockDate"),
        uploaded_at=find_instant(row, "serverDate"),
        battery_percent=find_int(row, "electricQuantity"),
    )


def read_token_grant(answer: Row) -> TokenGrant:
    """The answer of /oauth2/token; ``expires_in`` is in seconds there, 90 days as a rule."""
    seconds = get_int(answer, "expires_in")
    if seconds <= 0:
        raise UnreadableAnswer("expires_in is not positive")
    return TokenGrant(
        access_token=get_text(answer, "access_token"),
        refresh_token=find_text(answer, "refresh_token") or None,
        expires_in=timedelta(seconds=min(seconds, int(LONGEST_TOKEN_LIFE.total_seconds()))),
    )
