"""A caller of the simulated lock cloud, as plain as HTTP allows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LOCK = 1_000_001
OTHER_LOCK_SAME_GATEWAY = 1_000_003
LOCK_ON_OTHER_GATEWAY = 1_000_002
PASSWORD_MD5 = hashlib.md5(b"correct horse", usedforsecurity=False).hexdigest()


class Clock:
    """The true time, which passes only when told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def millis(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


class Caller:
    """Speaks to one simulator with a token it fetches on first need."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self.url = url
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False
        self.access_token = ""

    def log_in(self, **fields: Any) -> dict[str, Any]:
        body = {
            "client_id": "app",
            "client_secret": "app-secret",
            "username": "hotel",
            "password": PASSWORD_MD5,
            "grant_type": "password",
        }
        return self.post("/oauth2/token", body | fields)

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        body = {"clientId": "app", "clientSecret": "app-secret", "grant_type": "refresh_token"}
        return self.post("/oauth2/token", body | {"refresh_token": refresh_token})

    def auth(self) -> dict[str, Any]:
        if not self.access_token:
            self.access_token = self.log_in()["access_token"]
        return {
            "clientId": "app",
            "accessToken": self.access_token,
            "date": millis(self._clock()),
        }

    def call(self, name: str, **fields: Any) -> dict[str, Any]:
        """POST one v3 call; the reply's body, whatever it says. A field of None is left out."""
        wanted = self.auth() | fields
        return self.post(f"/v3/{name}", {k: v for k, v in wanted.items() if v is not None})

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._session.post(self.url + path, data=body, timeout=20)
        assert answer.status_code == 200
        decoded: dict[str, Any] = answer.json()
        return decoded

    def errcode(self, name: str, **fields: Any) -> int:
        """The error code of a call; 0 for an answer without one."""
        return int(self.call(name, **fields).get("errcode", 0))

    def add(self, code: str, *, lock: int = LOCK, **fields: Any) -> dict[str, Any]:
        """A custom period code from noon for two days, written through the gateway."""
        wanted = {
            "lockId": lock,
            "keyboardPwd": code,
            "addType": 2,
            "startDate": millis(NOON),
            "endDate": millis(NOON + timedelta(days=2)),
        }
        return self.call("keyboardPwd/add", **(wanted | fields))

    def get_code(self, start: datetime, end: datetime | None, **fields: Any) -> dict[str, Any]:
        """An algorithmic period code."""
        wanted = {
            "lockId": LOCK,
            "keyboardPwdType": 3,
            "startDate": millis(start),
            "endDate": None if end is None else millis(end),
        }
        return self.call("keyboardPwd/get", **(wanted | fields))

    def delete(self, keyboard_pwd_id: int, *, lock: int = LOCK, way: int | None = 2) -> int:
        return self.errcode(
            "keyboardPwd/delete", lockId=lock, keyboardPwdId=keyboard_pwd_id, deleteType=way
        )

    def sim(self, method: str, path: str, body: Any = None) -> requests.Response:
        """One request to ``/_sim``."""
        return self._session.request(method, f"{self.url}/_sim{path}", json=body, timeout=20)

    def faults(self, **faults: Any) -> None:
        answer = self.sim("POST", "/faults", faults)
        assert answer.status_code == 200, answer.text

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.sim("GET", "/state").json()
        return state

    def lock_state(self, lock: int = LOCK) -> dict[str, Any]:
        state = self.sim("GET", f"/state?lock_id={lock}").json()
        only: dict[str, Any] = state["locks"][0]
        return only

    def memory(self, lock: int = LOCK) -> list[str]:
        return [held["code"] for held in self.lock_state(lock)["memory"]]

    def listed(self, lock: int = LOCK) -> list[str]:
        return [row["code"] for row in self.lock_state(lock)["cloud"]]

    def enter(self, code: str, *, lock: int = LOCK, at: datetime | None = None) -> str:
        """Type a code; the keypad's reason, OPENED if it opened."""
        body = {"lock_id": lock, "code": code, "at": at.isoformat() if at else None}
        answer = self.sim("POST", "/enter", body).json()
        assert answer["opened"] == (answer["reason"] == "OPENED")
        return str(answer["reason"])
