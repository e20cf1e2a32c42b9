"""The TTLock Open API, as far as a house with doors needs it.

Everything the client needs is passed in: it reads no settings and knows no database. Times
are aware instants, windows half-open. Codes are text: leading zeros count.

One command at a time per gateway, retries and budgets are the caller's affair; the client
makes each call once, and once more with a new token when the token was refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import requests

from apps.locks.ttlock import endpoints
from apps.locks.ttlock.answers import (
    OPEN_STATES,
    GatewayInfo,
    LockGateway,
    LockInfo,
    LockRecord,
    OfflinePasscode,
    OpenState,
    Passcode,
    PasscodeKind,
    read_gateway,
    read_link,
    read_lock,
    read_offline_passcode,
    read_passcode,
    read_record,
)
from apps.locks.ttlock.auth import Authenticator, Credentials, StoredToken, TokenStore
from apps.locks.ttlock.endpoints import Endpoint
from apps.locks.ttlock.errors import TokenRejected
from apps.locks.ttlock.paging import page_reader, walk
from apps.locks.ttlock.transport import Observer, Transport, utc_now
from apps.locks.ttlock.wire import (
    Row,
    ceil_minute,
    find_instant,
    floor_hour,
    floor_minute,
    from_vendor_millis,
    get_int,
    get_rows,
    require_aware,
    to_vendor_millis,
)

T = TypeVar("T")
Fields = Mapping[str, str | int]

# "Now, through the gateway". The vendor's default, 1, means that a phone has done it already:
# the cloud then lists a code that the lock has never heard of.
# Source: TTLock open platform, keyboardPwd/add, change and delete.
THROUGH_GATEWAY: Final = 2
# Computed codes of this generation; the numbers of PasscodeKind are its.
PASSCODE_VERSION: Final = 4
# Source: TTLock open platform, keyboardPwd/add: 4 to 9 digits.
CODE: Final = re.compile(r"[0-9]{4,9}")
# Source: TTLock open platform, keyboardPwd/get: a period code spans a year at most.
LONGEST_OFFLINE_WINDOW: Final = timedelta(days=366)
# The largest page that every edition of the vendor's documentation allows for a call.
LOCKS_PER_PAGE: Final = 200
ROWS_PER_PAGE: Final = 100
NEWEST_FIRST: Final = 1


class TTLockClient:
    """Calls in the name of one TTLock account. Safe to share between threads.

    Every method may raise RetryLater, TokenRejected among it, or NeverWorks; those that
    change something may raise OutcomeUnknown, and then the lock's list says what happened.
    """

    def __init__(
        self,
        *,
        base_url: str,
        credentials: Credentials,
        tokens: TokenStore,
        timeout_seconds: float,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = utc_now,
        on_call: Observer | None = None,
    ) -> None:
        """``base_url``: scheme and host only, such as ``https://euapi.ttlock.com``.

        ``session`` None: the one that this process shares. ``on_call(call, outcome, seconds)``
        hears of every HTTP exchange, logins included; ``outcome`` is ``ok`` or the name of the
        error's class. Raises ValueError for another kind of URL.
        """
        self._credentials = credentials
        self._transport = Transport(
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            session=session,
            clock=clock,
            on_call=on_call,
        )
        self._authenticator = Authenticator(
            transport=self._transport, credentials=credentials, tokens=tokens
        )

    # Locks

    def list_locks(self) -> Iterator[LockInfo]:
        """The locks that the account itself added; for authorised ones there is another list."""
        return self._rows(endpoints.LOCK_LIST, {}, read_lock, page_size=LOCKS_PER_PAGE)

    def lock_detail(self, *, lock_id: int) -> LockInfo:
        """One lock with all that is fit to know of it. Raises LockUnknown."""
        return self._call(endpoints.LOCK_DETAIL, {"lockId": lock_id}, read_lock)

    def open_state(self, *, lock_id: int) -> OpenState:
        """Whether the bolt is out; asks the lock itself. Raises GatewayOffline, GatewayBusy."""
        return self._call(endpoints.LOCK_OPEN_STATE, {"lockId": lock_id}, _read_open_state)

    def battery(self, *, lock_id: int) -> int:
        """The battery in percent; asks the lock itself. Raises GatewayOffline, GatewayBusy."""
        read = partial(get_int, name="electricQuantity")
        return self._call(endpoints.LOCK_BATTERY, {"lockId": lock_id}, read)

    def lock_clock(self, *, lock_id: int) -> datetime:
        """The lock's own clock, by which it judges windows. Raises GatewayOffline, GatewayBusy."""
        return self._call(endpoints.LOCK_CLOCK, {"lockId": lock_id}, _read_date)

    def set_lock_clock(self, *, lock_id: int) -> datetime | None:
        """Set the lock's clock to now; returns what it shows then, if the answer says so.

        There is no other time to set: the call's own ``date`` is the new time.
        """
        read = partial(find_instant, name="date")
        return self._call(endpoints.LOCK_CLOCK_SET, {"lockId": lock_id}, read)

    # Gateways

    def list_gateways(self) -> Iterator[GatewayInfo]:
        """The gateways of the account."""
        order = {"orderBy": NEWEST_FIRST}
        return self._rows(endpoints.GATEWAY_LIST, order, read_gateway, page_size=ROWS_PER_PAGE)

    def gateways_of_lock(self, *, lock_id: int) -> list[LockGateway]:
        """The gateways that hear a lock; one that lost power stays listed for half an hour."""

        def read(answer: Row) -> list[LockGateway]:
            return [read_link(row, lock_id=lock_id) for row in get_rows(answer)]

        return self._call(endpoints.GATEWAYS_OF_LOCK, {"lockId": lock_id}, read)

    def locks_of_gateway(self, *, gateway_id: int) -> list[LockGateway]:
        """The locks that a gateway hears."""

        def read(answer: Row) -> list[LockGateway]:
            return [read_link(row, gateway_id=gateway_id) for row in get_rows(answer)]

        return self._call(endpoints.LOCKS_OF_GATEWAY, {"gatewayId": gateway_id}, read)

    # Passcodes

    def add_passcode(
        self, *, lock_id: int, code: str, name: str, starts_at: datetime, ends_at: datetime
    ) -> int:
        """Write a chosen code into the lock now, through its gateway; returns its id.

        Locks count in minutes: the window is widened to whole ones. ``name`` comes back in the
        lock's records. Raises DuplicateCode, CodeNotAccepted, LockFull, NeedsHuman, and
        ValueError for a code that is not 4 to 9 digits or a window that is empty.
        """
        fields = {
            "lockId": lock_id,
            "keyboardPwd": _checked_code(code),
            "keyboardPwdName": name,
            "keyboardPwdType": PasscodeKind.PERIOD.value,
            "addType": THROUGH_GATEWAY,
            **_minutes_window(starts_at, ends_at),
        }
        return self._call(endpoints.PASSCODE_ADD, fields, partial(get_int, name="keyboardPwdId"))

    def change_passcode(
        self,
        *,
        lock_id: int,
        passcode_id: int,
        starts_at: datetime,
        ends_at: datetime,
        code: str | None = None,
        name: str | None = None,
    ) -> None:
        """Give a code another window, and other digits or another name too if given.

        The window is always sent whole: with one date alone the cloud answers success and
        changes nothing. Raises NeverUsedYet (offline codes), PasscodeGone, DuplicateCode,
        CodeNotAccepted, NeedsHuman, and ValueError as ``add_passcode`` does.
        """
        fields: dict[str, str | int] = {
            "lockId": lock_id,
            "keyboardPwdId": passcode_id,
            "changeType": THROUGH_GATEWAY,
            **_minutes_window(starts_at, ends_at),
        }
        if code is not None:
            fields["newKeyboardPwd"] = _checked_code(code)
        if name is not None:
            fields["keyboardPwdName"] = name
        self._call(endpoints.PASSCODE_CHANGE, fields, _read_nothing)

    def delete_passcode(self, *, lock_id: int, passcode_id: int) -> None:
        """Take a code off the lock, through its gateway.

        A success proves little: some answers say so for codes long gone, so read the list.
        Raises PasscodeGone, NeverUsedYet (offline codes), NeedsHuman.
        """
        fields = {
            "lockId": lock_id,
            "keyboardPwdId": passcode_id,
            "deleteType": THROUGH_GATEWAY,
        }
        self._call(endpoints.PASSCODE_DELETE, fields, _read_nothing)

    def list_passcodes(self, *, lock_id: int, search: str | None = None) -> Iterator[Passcode]:
        """The codes that the cloud believes to be on a lock, newest first, fetched page by page.

        ``search`` finds a whole code, or a part of a name. An error may come between two rows,
        and rows may be missed while others delete: ask for one code to know that it is gone.
        """
        fields: dict[str, str | int] = {"lockId": lock_id, "orderBy": NEWEST_FIRST}
        if search is not None:
            fields["searchStr"] = search
        read = partial(read_passcode, lock_id=lock_id)
        return self._rows(endpoints.PASSCODE_LIST, fields, read, page_size=ROWS_PER_PAGE)

    def offline_passcode(
        self, *, lock_id: int, starts_at: datetime, ends_at: datetime, name: str
    ) -> OfflinePasscode:
        """A code that the lock will accept though no gateway reaches it.

        It must be used within 24 hours of its start, can't be recalled before its first use,
        and there is one per lock and window. Both instants must be whole hours on the clock
        face they are given in: pass them in the lock's zone where that is off by half an hour.
        Raises WindowAlreadyIssued, PasscodeKeysMissing, and ValueError for other instants or a
        window that is empty or longer than a year.
        """
        if floor_hour(starts_at) != starts_at or floor_hour(ends_at) != ends_at:
            raise ValueError("an offline code's window begins and ends on whole hours")
        if ends_at - starts_at > LONGEST_OFFLINE_WINDOW:
            raise ValueError("an offline code's window is a year at most")
        fields = {
            "lockId": lock_id,
            "keyboardPwdVersion": PASSCODE_VERSION,
            "keyboardPwdType": PasscodeKind.PERIOD.value,
            "keyboardPwdName": name,
            **_window(starts_at, ends_at),
        }
        return self._call(endpoints.PASSCODE_OFFLINE, fields, read_offline_passcode)

    # Records and the account

    def list_records(
        self,
        *,
        lock_id: int,
        since: datetime,
        until: datetime,
        record_type: int | None = None,
    ) -> Iterator[LockRecord]:
        """What happened at a lock, page by page; the cloud keeps six months.

        ``record_type`` is one of RecordType or another of the cloud's numbers.
        """
        fields: dict[str, str | int] = {"lockId": lock_id, **_window(since, until)}
        if record_type is not None:
            fields["recordType"] = int(record_type)
        read = partial(read_record, lock_id=lock_id)
        return self._rows(endpoints.RECORD_LIST, fields, read, page_size=ROWS_PER_PAGE)

    def month_request_count(self) -> int:
        """Calls that the application made this month, by Beijing's calendar.

        The vendor's two editions name different credentials for it, so all of them go along.
        """
        fields = {"clientSecret": self._credentials.client_secret}
        read = partial(get_int, name="monthRequestCount")
        return self._call(endpoints.MONTH_REQUEST_COUNT, fields, read)

    # The one door

    def _rows(
        self, endpoint: Endpoint, fields: Fields, read_row: Callable[[Row], T], *, page_size: int
    ) -> Iterator[T]:
        return walk(
            lambda number: self._call(
                endpoint,
                {**fields, "pageNo": number, "pageSize": page_size},
                page_reader(read_row, number=number),
            )
        )

    def _call(self, endpoint: Endpoint, fields: Fields, read: Callable[[Row], T]) -> T:
        """One call, and one more with a new token when the first was refused."""
        token = self._authenticator.token()
        try:
            return self._attempt(endpoint, fields, read, token)
        except TokenRejected:
            token = self._authenticator.replace(token)
        return self._attempt(endpoint, fields, read, token)

    def _attempt(
        self, endpoint: Endpoint, fields: Fields, read: Callable[[Row], T], token: StoredToken
    ) -> T:
        form = {name: str(value) for name, value in fields.items()}
        form["clientId"] = self._credentials.client_id
        form["accessToken"] = token.access_token
        # Made anew for each attempt: the cloud refuses dates that are five minutes off.
        form["date"] = str(to_vendor_millis(self._transport.clock()))
        return self._transport.exchange(endpoint, form, read)


def _window(starts_at: datetime, ends_at: datetime) -> dict[str, str | int]:
    require_aware(starts_at)
    require_aware(ends_at)
    if starts_at >= ends_at:
        raise ValueError("the window is empty")
    return {"startDate": to_vendor_millis(starts_at), "endDate": to_vendor_millis(ends_at)}


def _minutes_window(starts_at: datetime, ends_at: datetime) -> dict[str, str | int]:
    if starts_at >= ends_at:
        raise ValueError("the window is empty")
    return _window(floor_minute(starts_at), ceil_minute(ends_at))


def _checked_code(code: str) -> str:
    if not CODE.fullmatch(code):
        raise ValueError("a code is 4 to 9 digits")
    return code


def _read_nothing(_answer: Row) -> None:
    return None


def _read_date(answer: Row) -> datetime:
    return from_vendor_millis(get_int(answer, "date"))


def _read_open_state(answer: Row) -> OpenState:
    return OPEN_STATES.get(get_int(answer, "state"), OpenState.UNKNOWN)
