"""What every call must bring along: form fields, client, token and a fresh date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tests.fakes.lockcloud.answers import Refused
from tests.fakes.lockcloud.setup import Setup
from tests.fakes.lockcloud.world import Complaint, World

DATE_TOLERANCE_MS: Final = 300_000
"""Source: TTLock open platform, ``date`` within five minutes of the server's time."""

FORM: Final = "application/x-www-form-urlencoded"
_COMMON: Final = frozenset({"clientId", "accessToken", "date"})
_PRIVATE_IN_URLS: Final = ("password", "clientSecret", "client_secret", "keyboardPwd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, taken apart."""

    method: str
    call: str
    query: dict[str, str]
    body: dict[str, str]
    content_type: str

    @property
    def fields(self) -> dict[str, str]:
        """The server accepts fields from either place."""
        return {**self.query, **self.body}

    def number(self, name: str, default: int | None = None) -> int:
        """A whole-number field. Raises Refused(-3) when missing without a default, or malformed."""
        text = self.fields.get(name, "")
        if not text and default is not None:
            return default
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit():
            raise Refused(-3)
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the sheet says about one call's fields, beyond those that all calls carry."""

    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    is_write: bool = False


def _call(needs: str = "", takes: str = "", *, is_write: bool = False) -> Call:
    return Call(needs=frozenset(needs.split()), takes=frozenset(takes.split()), is_write=is_write)


CALLS: Final[dict[str, Call]] = {
    "lock/list": _call("", "pageNo pageSize lockAlias groupId type"),
    "lock/detail": _call("lockId"),
    "lock/queryElectricQuantity": _call("lockId"),
    "lock/queryDate": _call("lockId"),
    "lock/listKeyboardPwd": _call("lockId", "pageNo pageSize orderBy searchStr"),
    "lockRecord/list": _call(
        "lockId", "startDate endDate pageNo pageSize uid recordType searchStr"
    ),
    "gateway/list": _call("", "pageNo pageSize orderBy"),
    "gateway/listByLock": _call("lockId"),
    "gateway/listLock": _call("gatewayId"),
    "keyboardPwd/add": _call(
        "lockId keyboardPwd",
        "keyboardPwdName keyboardPwdType startDate endDate addType",
        is_write=True,
    ),
    "keyboardPwd/get": _call(
        "lockId keyboardPwdType startDate",
        "endDate keyboardPwdName keyboardPwdVersion",
        is_write=True,
    ),
    "keyboardPwd/delete": _call("lockId keyboardPwdId", "deleteType", is_write=True),
    "keyboardPwd/change": _call(
        "lockId keyboardPwdId",
        "keyboardPwdName newKeyboardPwd startDate endDate changeType",
        is_write=True,
    ),
    "app/getMonthRequestCount": _call("", "clientSecret"),
}


@dataclass(slots=True)
class Doorman:
    """Checks what every call must bring, and remembers writes to notice a repeated ``date``."""

    setup: Setup
    world: World
    _writes: set[tuple[tuple[str, str], ...]] = field(default_factory=set)

    def complain(self, request: Request, what: str, *, now: int) -> None:
        """Write down what the caller did against the sheet."""
        self.world.complaints.append(Complaint(at=now, call=request.call, what=what))

    def admit(self, request: Request, *, now: int) -> None:
        """Let a call of ``CALLS`` through. Raises Refused."""
        self.check_form(request, now=now)
        if request.fields.get("clientId") not in self.setup.clients:
            raise Refused(10000)
        self._check_date(request, now=now)
        self._check_token(request, now=now)
        self._check_fields(request, now=now)

    def check_form(self, request: Request, *, now: int) -> None:
        """Hold a request to form encoding, and its private fields to the body. Raises Refused."""
        if any(name in request.query for name in _PRIVATE_IN_URLS):
            self.complain(request, "a secret or PIN in the address", now=now)
        if request.method == "POST" and not request.content_type.startswith(FORM):
            self.complain(request, "not form-encoded", now=now)
            raise Refused(-3)

    def _check_token(self, request: Request, *, now: int) -> None:
        fields = request.fields
        if request.call == "app/getMonthRequestCount" and "clientSecret" in fields:
            return  # the vendor's example sends the secret where its table says token
        access = fields.get("accessToken", "")
        token = next((each for each in self.world.tokens if each.access == access), None)
        if token is None or token.client_id != fields["clientId"]:
            raise Refused(10003)
        if token.revoked or token.expires_at <= now:
            raise Refused(10004)

    def _check_date(self, request: Request, *, now: int) -> None:
        text = request.fields.get("date", "")
        if not text.isdigit() or abs(int(text) - now) > DATE_TOLERANCE_MS:
            self.complain(request, "date missing or more than five minutes off", now=now)
            raise Refused(80000)

    def _check_fields(self, request: Request, *, now: int) -> None:
        call, fields = CALLS[request.call], request.fields
        for name in sorted(set(fields) - call.needs - call.takes - _COMMON):
            self.complain(request, f"unknown field {name}", now=now)
        if call.is_write:
            self._check_write(request, now=now)
        for name in sorted(call.needs):
            if not fields.get(name):
                self.complain(request, f"without {name}", now=now)
                raise Refused(-3)

    def _check_write(self, request: Request, *, now: int) -> None:
        if request.method != "POST":
            self.complain(request, "a write that is not a POST", now=now)
        told = {key: value for key, value in request.fields.items() if key != "accessToken"}
        print_of_it = (("call", request.call), *sorted(told.items()))
        if print_of_it in self._writes:
            self.complain(request, "the same date and fields twice", now=now)
        self._writes.add(print_of_it)
