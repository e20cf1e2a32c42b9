"""How the cloud words its answers: error bodies, and the untidiness of the real one."""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any]

DONE: Answer = {"errcode": 0, "errmsg": "none error message or means yes", "description": "成功"}
"""Only action calls answer it; data answers carry no errcode at all."""

_MESSAGES = {
    1: "failed or means no",
    -3: "invalid parameter",
    10000: "invalid client_id",
    10001: "invalid client",
    10003: "invalid token",
    10004: "token expired or revoked",
    10007: "invalid account or invalid password",
    10011: "invalid refresh_token",
    30005: "password must be md5 encrypted",
    30006: "too many requests",
    30007: "monthly quota used up",
    80000: "date must be current time, in 5 minutes",
    90000: "internal server error",
    -1003: "lock does not exist",
    -1026: "passcode of this period was deleted before",
    -2009: "invalid password",
    -2012: "no gateway near the lock",
    -2032: "passcode is too simple",
    -3002: "gateway is offline",
    -3003: "gateway is busy",
    -3006: "invalid passcode length",
    -3007: "same passcode already exists",
    -3008: "passcode was never used on the lock",
    -3009: "no space left for customised passcodes",
    -3037: "lock is busy",
    -4037: "gateway does not exist",
}

_ID_FIELDS = frozenset({"lockId", "keyboardPwdId", "gatewayId", "recordId", "uid"})


class Refused(Exception):
    """The cloud answers an errcode instead of doing what it was asked."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode

    def answer(self) -> Answer:
        """HTTP 200 carries it, as all refusals of the vendor."""
        return error(self.errcode)


def error(errcode: int) -> Answer:
    """The body of a refusal. The description is Chinese, as it often is in the field."""
    message = _MESSAGES.get(errcode, "unknown error")
    return {"errcode": errcode, "errmsg": message, "description": "操作失败"}


def untidy(answer: Answer, *, turn: int) -> Answer:
    """Add unknown fields, and give every second answer's ids as numeric strings."""
    dressed = _with_text_ids(answer) if turn % 2 else dict(answer)
    return {**dressed, "traceNo": turn, "ext": {"v": None}}


def _with_text_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_text_ids(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: str(each) if key in _ID_FIELDS else _with_text_ids(each) for key, each in value.items()
    }
