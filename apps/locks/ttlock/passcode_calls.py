"""The calls about passcodes: written through the gateway, computed by the cloud, listed."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from apps.locks.ttlock import endpoints
from apps.locks.ttlock.answers import (
    OfflinePasscode,
    Passcode,
    PasscodeKind,
    read_offline_passcode,
    read_passcode,
)
from apps.locks.ttlock.caller import ROWS_PER_PAGE, Caller, window_fields
from apps.locks.ttlock.wire import Row, ceil_minute, floor_hour, floor_minute, get_int

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
NEWEST_FIRST: Final = 1


class PasscodeCalls(Caller):
    """What can be done with the codes of a lock."""

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
            **window_fields(starts_at, ends_at),
        }
        return self._call(endpoints.PASSCODE_OFFLINE, fields, read_offline_passcode)


def _minutes_window(starts_at: datetime, ends_at: datetime) -> dict[str, str | int]:
    if starts_at >= ends_at:
        raise ValueError("the window is empty")
    return window_fields(floor_minute(starts_at), ceil_minute(ends_at))


def _checked_code(code: str) -> str:
    if not CODE.fullmatch(code):
        raise ValueError("a code is 4 to 9 digits")
    return code


def _read_nothing(_answer: Row) -> None:
    return None
