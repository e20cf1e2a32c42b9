"""The two lock clouds under one set of verbs, and a worker that can die between two bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import requests
from django.utils import timezone
from requests.adapters import HTTPAdapter

from apps.locks.models import Gateway, Lock
from apps.locks.ttlock.transport import shared_session
from tests.fakes.lock_cloud import LockCloud as Simulated
from tests.fakes.lockcloud import LockCloud as Independent
from tests.locks.promises import FOREIGN, Held, Memory

ADD, CHANGE, DELETE = "keyboardPwd/add", "keyboardPwd/change", "keyboardPwd/delete"
READ, ISSUE = "lock/listKeyboardPwd", "keyboardPwd/get"
CALLS: Final = (ADD, CHANGE, DELETE, READ, ISSUE)
UNCLEAR: Final = ("unknown, done", "unknown, not done")
Mishap = tuple[str, str]


def _each(kinds: Sequence[str], *calls: str) -> list[Mishap]:
    return [(kind, call) for call in calls for kind in kinds]


class Stage(ABC):
    """A lock cloud that can be told to misbehave. Gateway 1 has the even locks, 2 the odd ones."""

    url: str
    mishaps: list[Mishap]

    @abstractmethod
    def begin_anew(self) -> None:
        """Forget everything."""

    @abstractmethod
    def memory(self, lock: Lock) -> Memory:
        """The custom codes that the lock itself has, by digits."""

    @abstractmethod
    def go_wrong(self, mishap: str, call: str) -> None:
        """Let the next such call go wrong in one of the ways of ``mishaps``."""

    @abstractmethod
    def all_well(self) -> None:
        """Nothing goes wrong any more, gateways are on, and what was late has landed."""

    @abstractmethod
    def switch(self, gateway: int, *, on: bool) -> None:
        """Take a gateway's power away or give it back."""

    @abstractmethod
    def add_foreign(self, lock: Lock, digits: str) -> None:
        """Somebody sets a code in the vendor's app, unless the lock has these digits."""

    @abstractmethod
    def remove_by_hand(self, lock: Lock, digits: str) -> None:
        """Somebody removes a code in the vendor's app."""

    @abstractmethod
    def enter(self, lock: Lock, digits: str) -> bool:
        """Type digits at the door."""

    def grievances(self) -> list[str]:
        """What the caller did against the fact sheet, commands that overlapped included."""
        return []


class IndependentStage(Stage):
    """The cloud that owes nothing to the client."""

    # What only the cloud's list hears of a change, nobody but the guest can know.
    mishaps: ClassVar[list[Mishap]] = [
        *_each([*UNCLEAR, "late"], ADD, CHANGE, DELETE),
        *_each(["page", "garbage"], ADD, READ),
        *_each(["phantom"], ADD, DELETE),
        *_each(["busy", "duplicate", "revoked"], ADD),
        *_each(["refused"], DELETE, READ, ISSUE),
        *_each(UNCLEAR, ISSUE),
    ]

    def __init__(self, cloud: Independent) -> None:
        self.cloud, self.url = cloud, cloud.url

    def begin_anew(self) -> None:
        self.cloud.reset()

    def memory(self, lock: Lock) -> Memory:
        return {
            digits: Held(name=code.name, starts_at=code.start, ends_at=code.end)
            for digits, code in self.cloud.memory(lock.vendor_lock_id).items()
        }

    def go_wrong(self, mishap: str, call: str) -> None:
        kind, aim = _INDEPENDENT[mishap]
        self.cloud.fault(kind, call=call, **aim)

    def all_well(self) -> None:
        self.cloud.clear_faults()
        for gateway in (1, 2):
            self.cloud.set_offline(gateway, offline=False)
        self.cloud.land_pending()

    def switch(self, gateway: int, *, on: bool) -> None:
        self.cloud.set_offline(gateway, offline=not on)

    def add_foreign(self, lock: Lock, digits: str) -> None:
        if digits not in self.cloud.memory(lock.vendor_lock_id):
            self.cloud.add_foreign(lock.vendor_lock_id, digits, name=FOREIGN)

    def remove_by_hand(self, lock: Lock, digits: str) -> None:
        self.cloud.wipe(lock.vendor_lock_id, digits)

    def enter(self, lock: Lock, digits: str) -> bool:
        return self.cloud.enter(lock.vendor_lock_id, digits)

    def grievances(self) -> list[str]:
        overlaps = [f"{each.call} while another was under way" for each in self.cloud.overlaps]
        return [*overlaps, *(f"{each.call}: {each.what}" for each in self.cloud.complaints)]


_INDEPENDENT: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "unknown, done": ("reset", {"applied": True}),
    "unknown, not done": ("reset", {"applied": False}),
    "refused": ("errcode", {"errcode": 1}),
    "busy": ("errcode", {"errcode": -3003}),
    "duplicate": ("errcode", {"errcode": -3007}),
    "late": ("late", {"seconds": 20}),
    "phantom": ("phantom", {"seconds": 2}),
    "page": ("http", {"status": 502, "applied": True}),
    "garbage": ("garbage", {"applied": True}),
    "revoked": ("revoke", {}),
}


class SimulatedStage(Stage):
    """The product's own simulator."""

    mishaps: ClassVar[list[Mishap]] = [
        *_each([*UNCLEAR, "silence"], ADD, CHANGE, DELETE),
        *_each(["busy", "revoked"], ADD),
        *_each(["refused"], DELETE, READ, ISSUE),
    ]

    def __init__(self, cloud: Simulated) -> None:
        self.cloud, self.url = cloud, cloud.url

    def begin_anew(self) -> None:
        self.cloud._caller.access_token = ""
        self.cloud._caller.sim("POST", "/reset")

    def memory(self, lock: Lock) -> Memory:
        return {
            held["code"]: Held(
                name=held["name"],
                starts_at=datetime.fromisoformat(held["starts_at"]),
                ends_at=datetime.fromisoformat(held["ends_at"]),
            )
            for held in self.cloud._side(lock, "memory")
            if held["kind"] == "CUSTOM"
        }

    def go_wrong(self, mishap: str, call: str) -> None:
        if mishap == "revoked":
            self.cloud.faults(revoke_tokens=True)
        elif mishap == "silence":
            self.cloud.faults(timeout_after_rate=0.5, hang_seconds=0, only_calls=[call])
        else:
            self.cloud.faults(error_codes={call: {**_SIMULATED[mishap], "count": 1}})

    def all_well(self) -> None:
        self.cloud.all_well()

    def switch(self, gateway: int, *, on: bool) -> None:
        self.cloud.faults(offline_gateways=[] if on else [gateway])

    def add_foreign(self, lock: Lock, digits: str) -> None:
        """In vain while the gateway is off or the digits are taken."""
        start = int(timezone.now().timestamp() * 1000)
        with suppress(requests.ConnectionError):  # the app's call may meet a mishap as well
            self.cloud._caller.add(
                digits,
                lock=lock.vendor_lock_id,
                keyboardPwdName=FOREIGN,
                startDate=start,
                endDate=start + 30 * 86_400_000,
            )

    def remove_by_hand(self, lock: Lock, digits: str) -> None:
        for row in self.cloud.listed(lock):
            if row["code"] == digits:
                with suppress(requests.ConnectionError):
                    self.cloud._caller.delete(row["keyboard_pwd_id"], lock=lock.vendor_lock_id)

    def enter(self, lock: Lock, digits: str) -> bool:
        body = {"lock_id": lock.vendor_lock_id, "code": digits}
        answer = self.cloud._caller.sim("POST", "/enter", body).json()
        return bool(answer.get("opened"))


_SIMULATED: Final[dict[str, dict[str, Any]]] = {
    "unknown, done": {"errcode": 90000, "applied": True},
    "unknown, not done": {"errcode": 90000},
    "refused": {"errcode": 1},
    "busy": {"errcode": -3003},
}


class Killed(BaseException):
    """The process ended here. Not an Exception: nothing of the product's may outlive it."""


class _Deathbed(HTTPAdapter):
    def __init__(self, call: str, *, is_sent: bool) -> None:
        super().__init__()
        self._call, self._is_sent = call, is_sent

    def send(self, request: Any, *arguments: Any, **options: Any) -> requests.Response:
        is_last = self._call in str(request.url)
        if is_last and not self._is_sent:
            raise Killed
        response = super().send(request, *arguments, **options)
        if is_last:
            raise Killed
        return response


@contextmanager
def death_at(call: str, *, is_sent: bool) -> Iterator[None]:
    """Let whoever sends ``call`` meanwhile die just before, or just before hearing the answer."""
    session = shared_session()
    before = session.get_adapter("http://")
    session.mount("http://", _Deathbed(call, is_sent=is_sent))
    try:
        yield
    except Killed:
        # The dying process has no time to give its gateway back.
        still_held = timezone.now() + timedelta(seconds=25)
        Gateway.objects.update(busy_until=still_held, busy_with="a process that is no more")
    finally:
        session.mount("http://", before)
