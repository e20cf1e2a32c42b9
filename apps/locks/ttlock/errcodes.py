"""Which error each of the vendor's numbers is.

Source: TTLock open platform, error code list (the Chinese edition has the passcode, gateway and
lock rows), and field reports where it is silent.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from apps.locks.ttlock.errors import (
    BadCredentials,
    ClockSkewed,
    CloudUnavailable,
    CodeNotAccepted,
    DuplicateCode,
    FixRequest,
    GatewayBusy,
    GatewayOffline,
    LockCloudError,
    LockFrozen,
    LockFull,
    LockNotResponding,
    LockUnknown,
    NeedsHuman,
    NeverUsedYet,
    NeverWorks,
    OutcomeUnknown,
    PasscodeGone,
    PasscodeKeysMissing,
    QuotaUsedUp,
    RateLimited,
    RefreshTokenRejected,
    RemoteUnlockOff,
    TokenRejected,
    UnknownErrcode,
    WindowAlreadyIssued,
    WrongRegion,
)

# The vendor counts its monthly quota by this clock.
BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

ERRCODES: Final[Mapping[int, type[LockCloudError]]] = {
    1: OutcomeUnknown,
    -3: FixRequest,
    10000: NeverWorks,
    10001: NeverWorks,
    10002: NeverWorks,
    10003: TokenRejected,
    10004: TokenRejected,
    10005: NeverWorks,
    10006: NeverWorks,
    10007: BadCredentials,
    10008: NeverWorks,
    10009: NeverWorks,
    10010: NeverWorks,
    10011: RefreshTokenRejected,
    20001: NeverWorks,
    20002: NeedsHuman,
    20003: NeverWorks,
    20004: NeverWorks,
    20005: NeverWorks,
    20006: NeverWorks,
    20007: NeverWorks,
    20008: NeverWorks,
    30001: NeverWorks,
    30002: FixRequest,
    30003: FixRequest,
    30004: FixRequest,
    30005: FixRequest,
    30006: RateLimited,
    30007: QuotaUsedUp,
    30008: WrongRegion,
    80000: ClockSkewed,
    80002: FixRequest,
    90000: OutcomeUnknown,
    -1003: LockUnknown,
    -1007: PasscodeKeysMissing,
    -1008: NeverWorks,
    -1026: WindowAlreadyIssued,
    -2009: PasscodeGone,
    -2012: GatewayOffline,
    -2018: NeverWorks,
    -2025: LockFrozen,
    -2032: CodeNotAccepted,
    -3002: GatewayOffline,
    -3003: GatewayBusy,
    -3006: CodeNotAccepted,
    -3007: DuplicateCode,
    -3008: NeverUsedYet,
    -3009: LockFull,
    -3011: NeverWorks,
    -3016: NeverWorks,
    -3034: NeedsHuman,
    -3035: NeedsHuman,
    -3036: GatewayOffline,
    -3037: GatewayBusy,
    -3039: NeedsHuman,
    -3046: NeedsHuman,
    -4037: NeverWorks,
    -4043: RemoteUnlockOff,
    -4056: LockFull,
    -4063: NeverWorks,
    -4064: NeverWorks,
    -4067: NeverWorks,
    -4082: NeverWorks,
}

# A question changes nothing, so an unclear answer to one is merely a late answer.
UNCLEAR_ANSWERS_TO_READS: Final[Mapping[int, type[LockCloudError]]] = {
    1: LockNotResponding,
    90000: CloudUnavailable,
}


def class_for(errcode: int, *, changes: bool) -> type[LockCloudError]:
    """The class of a vendor number; ``changes`` says whether the call was a command."""
    if not changes and errcode in UNCLEAR_ANSWERS_TO_READS:
        return UNCLEAR_ANSWERS_TO_READS[errcode]
    return ERRCODES.get(errcode, UnknownErrcode)


def error_for(
    errcode: int, *, errmsg: str, call: str, changes: bool, now: datetime
) -> LockCloudError:
    """The error of a vendor number. ``errmsg`` must be masked already, ``now`` aware."""
    kind = class_for(errcode, changes=changes)
    if issubclass(kind, QuotaUsedUp):
        return kind(call=call, errmsg=errmsg, errcode=errcode, resets_at=quota_reset_after(now))
    return kind(call=call, errmsg=errmsg, errcode=errcode)


def quota_reset_after(now: datetime) -> datetime:
    """The first instant of the next month in Beijing, in UTC. ``now`` must be aware.

    Source: TTLock open platform, error 30007: the quota resets on the 1st, Beijing time.
    """
    local = now.astimezone(BEIJING)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    return datetime(year, month, 1, tzinfo=BEIJING).astimezone(UTC)
