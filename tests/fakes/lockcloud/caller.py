"""A caller that keeps to the fact sheet, over real HTTP; any field can be overridden."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.fakes.lockcloud.setup import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME, md5_hex

ROOM, FRONT_DOOR, FAR_ROOM = 7001, 7002, 7003
SHARED, FAR = 1, 2
START = datetime(2031, 5, 4, 14, tzinfo=UTC)
END = START + timedelta(days=2)
HOUR = 3_600_000

_fresh = itertools.count()


def ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def send(url: str, call: str, fields: dict[str, Any], *, timeout: float = 10) -> Any:
    request = Request(url + call, urlencode(fields).encode())  # noqa: S310 - loopback
    with urlopen(request, timeout=timeout) as response:  # noqa: S310 - loopback
        return json.loads(response.read())


def log_in(url: str, **other: Any) -> dict[str, Any]:
    fields = {
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "username": USERNAME,
        "password": md5_hex(PASSWORD),
    }
    answer: dict[str, Any] = send(url, "/oauth2/token", fields | other)
    return answer


class Caller:
    """A well-behaved caller; each field can be overridden, and left out with None."""

    def __init__(self, url: str) -> None:
        self.url, self.token = url, log_in(url)["access_token"]

    def __call__(self, call: str, *, timeout: float = 10, **fields: Any) -> Any:
        date = int(time.time() * 1000) - next(_fresh) % 60_000  # never twice the same
        common = {"clientId": CLIENT_ID, "accessToken": self.token, "date": date}
        told = {key: each for key, each in (common | fields).items() if each is not None}
        return send(self.url, f"/v3/{call}", told, timeout=timeout)

    def add(self, digits: str, lock: int = ROOM, **fields: Any) -> Any:
        period: dict[str, Any] = {"startDate": ms(START), "endDate": ms(END), "addType": 2}
        named: dict[str, Any] = {"lockId": lock, "keyboardPwd": digits, "keyboardPwdName": "BK-1"}
        return self("keyboardPwd/add", **(named | period | fields))

    def delete(self, passcode_id: Any, lock: int = ROOM, **fields: Any) -> Any:
        told = {"lockId": lock, "keyboardPwdId": passcode_id, "deleteType": 2}
        return self("keyboardPwd/delete", **(told | fields))

    def change(self, passcode_id: Any, **fields: Any) -> Any:
        told = {"lockId": ROOM, "keyboardPwdId": passcode_id, "changeType": 2}
        return self("keyboardPwd/change", **(told | fields))

    def get(self, **fields: Any) -> Any:
        told = {"lockId": ROOM, "keyboardPwdType": 3, "startDate": ms(START), "endDate": ms(END)}
        return self("keyboardPwd/get", **(told | fields))


def errcode(answer: dict[str, Any]) -> int:
    return int(answer.get("errcode", 0))
