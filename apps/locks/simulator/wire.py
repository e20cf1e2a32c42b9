"""The vendor's wire format: error codes, refusals, request fields, pages.

Times are epoch milliseconds everywhere in the simulator, as the vendor counts them.
Source: TTLock open platform, conventions, error codes and paging of the v3 API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


class ErrCode(IntEnum):
    """Error codes the simulator can answer by itself; faults may force any other integer."""

    OK = 0
    FAILED = 1
    INVALID_PARAMETER = -3
    LOCK_NOT_FOUND = -1003
    WINDOW_ISSUED_BEFORE = -1026
    PASSCODE_NOT_FOUND = -2009
    NO_GATEWAY = -2012
    CODE_TOO_SIMPLE = -2032
    GATEWAY_OFFLINE = -3002
    GATEWAY_BUSY = -3003
    CODE_LENGTH = -3006
    CODE_EXISTS = -3007
    CODE_NEVER_USED = -3008
    MEMORY_FULL = -3009
    WIFI_NOT_CONFIGURED = -3034
    GATEWAY_NOT_FOUND = -4037
    STORAGE_FULL = -4056
    NB_NOT_REGISTERED = -4067
    UNKNOWN_CLIENT = 10000
    CLIENT_MISMATCH = 10001
    TOKEN_NOT_FOUND = 10003
    TOKEN_EXPIRED = 10004
    BAD_LOGIN = 10007
    BAD_REFRESH_TOKEN = 10011
    PASSWORD_NOT_MD5 = 30005
    RATE_LIMITED = 30006
    QUOTA_USED_UP = 30007
    DATE_OFF = 80000
    SERVER_ERROR = 90000


MESSAGES: Final[Mapping[int, str]] = {
    ErrCode.OK: "none error message",
    ErrCode.FAILED: "failed",
    ErrCode.INVALID_PARAMETER: "invalid parameter",
    ErrCode.LOCK_NOT_FOUND: "lock does not exist",
    ErrCode.WINDOW_ISSUED_BEFORE: "the passcode of this period was issued and deleted before",
    ErrCode.PASSCODE_NOT_FOUND: "passcode does not exist",
    ErrCode.NO_GATEWAY: "no gateway near the lock",
    ErrCode.CODE_TOO_SIMPLE: "the passcode is too simple",
    ErrCode.GATEWAY_OFFLINE: "the gateway is offline",
    ErrCode.GATEWAY_BUSY: "the gateway is busy",
    ErrCode.CODE_LENGTH: "a passcode has 4 to 9 digits",
    ErrCode.CODE_EXISTS: "the same passcode is on the lock already",
    ErrCode.CODE_NEVER_USED: "the passcode was never used on the lock",
    ErrCode.MEMORY_FULL: "no room for another custom passcode",
    ErrCode.WIFI_NOT_CONFIGURED: "the lock has no Wi-Fi configured",
    ErrCode.GATEWAY_NOT_FOUND: "gateway does not exist",
    ErrCode.STORAGE_FULL: "storage is full",
    ErrCode.NB_NOT_REGISTERED: "the lock is not registered for NB-IoT",
    ErrCode.UNKNOWN_CLIENT: "invalid client_id",
    ErrCode.CLIENT_MISMATCH: "invalid client",
    ErrCode.TOKEN_NOT_FOUND: "invalid token",
    ErrCode.TOKEN_EXPIRED: "the token is expired or revoked",
    ErrCode.BAD_LOGIN: "invalid account or invalid password",
    ErrCode.BAD_REFRESH_TOKEN: "invalid refresh_token",
    ErrCode.PASSWORD_NOT_MD5: "the password must be md5 encrypted",
    ErrCode.RATE_LIMITED: "too many requests",
    ErrCode.QUOTA_USED_UP: "the requests of this month are used up",
    ErrCode.DATE_OFF: "date must be the current time, within 5 minutes",
    ErrCode.SERVER_ERROR: "internal server error",
}


class Refusal(Exception):
    """The cloud answers an error: HTTP 200 with ``errcode`` other than 0."""

    def __init__(self, errcode: int, description: str = "") -> None:
        super().__init__(f"errcode {int(errcode)}")
        self.errcode = int(errcode)
        self.description = description

    def body(self) -> dict[str, Any]:
        """The vendor's error envelope."""
        message = MESSAGES.get(self.errcode, "error")
        return {
            "errcode": self.errcode,
            "errmsg": message,
            "description": self.description or message,
        }


def done() -> dict[str, Any]:
    """The answer of a call that succeeds and has no data."""
    return {"errcode": 0, "errmsg": MESSAGES[ErrCode.OK], "description": MESSAGES[ErrCode.OK]}


class Fields:
    """Request fields, from the query and the body alike. An empty field counts as left out."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: value for name, value in values.items() if value != ""}

    def has(self, name: str) -> bool:
        """Whether the caller sent this field with a value."""
        return name in self._values

    def text(self, *names: str) -> str | None:
        """The first of these spellings that was sent."""
        return next((self._values[name] for name in names if name in self._values), None)

    def required_text(self, name: str) -> str:
        """Raises Refusal -3 if left out."""
        value = self.text(name)
        if value is None:
            raise Refusal(ErrCode.INVALID_PARAMETER, f"{name} is missing")
        return value

    def integer(self, name: str) -> int | None:
        """Raises Refusal -3 unless the field is an integer or left out."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise Refusal(ErrCode.INVALID_PARAMETER, f"{name} is not an integer") from None

    def required_integer(self, name: str) -> int:
        """Raises Refusal -3 if left out or not an integer."""
        value = self.integer(name)
        if value is None:
            raise Refusal(ErrCode.INVALID_PARAMETER, f"{name} is missing")
        return value

    def instant(self, name: str) -> int | None:
        """Epoch milliseconds; 0 counts as left out, since callers send 0 for "no limit"."""
        return self.integer(name) or None


def page(rows: Sequence[dict[str, Any]], fields: Fields, *, max_size: int) -> dict[str, Any]:
    """One page of rows in the vendor's list envelope.

    A size over the documented maximum is refused with -3: a caller that relies on more rows
    than a page can hold is better told so. Raises Refusal.
    """
    number = 1 if fields.integer("pageNo") is None else fields.required_integer("pageNo")
    size = 20 if fields.integer("pageSize") is None else fields.required_integer("pageSize")
    if number < 1 or not 1 <= size <= max_size:
        raise Refusal(ErrCode.INVALID_PARAMETER, f"pageNo from 1, pageSize 1 to {max_size}")
    first = (number - 1) * size
    return {
        "list": list(rows[first : first + size]),
        "pageNo": number,
        "pageSize": size,
        "pages": -(-len(rows) // size),
        "total": len(rows),
    }
