"""Callers that never give up: they ask until the answer is certain, as a good app does."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import requests

from tests.chaos.ledger import Ledger, Outcome

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 40.0
PAUSES: Final = (0.1, 0.3, 0.6, 1.0, 1.5)
PATIENCE_SECONDS: Final = 400.0  # beyond the end of the load and the time in which all settles

T = TypeVar("T")


class Uncertain(Exception):
    """No answer that says what became of it: it may have been done, or not."""


class NeverAnswered(Exception):
    """Nothing certain came for minutes."""


class Refused(Exception):
    """A refusal by its code."""

    def __init__(self, code: str, *, may_have_been_done: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.may_have_been_done = may_have_been_done


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a door answered: its decoded body and its headers."""

    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Caller:
    """Asks the deployment over HTTP, and writes every answer into the ledger."""

    def __init__(self, addresses: Sequence[str], ledger: Ledger, authorization: str = "") -> None:
        self.ledger = ledger
        self._addresses = itertools.cycle(addresses)
        self._headers = {"Connection": "close"}
        if authorization:
            self._headers["Authorization"] = authorization

    def ask(
        self, kind: str, document: str, *, expects: Collection[str] = (), **variables: Any
    ) -> Any:
        """Return the answer's only field, once there is one. Raises Refused, NeverAnswered."""

        def once() -> Any:
            given = {"query": document, "variables": variables}
            body = self._send(kind, "POST", "/graphql/", expects, json=given).body
            data: Mapping[str, Any] = body["data"]
            return next(iter(data.values()))

        return self._insist(kind, once)

    def rest(
        self, kind: str, method: str, path: str, *, expects: Collection[str] = (), **request: Any
    ) -> Answer:
        """Return what a REST door answers, once it does. Raises Refused, NeverAnswered."""
        return self._insist(kind, lambda: self._send(kind, method, path, expects, **request))

    def _insist(self, kind: str, once: Callable[[], T]) -> T:
        deadline = time.monotonic() + PATIENCE_SECONDS
        tries = 0
        while time.monotonic() < deadline:
            try:
                return once()
            except Uncertain:
                time.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
                tries += 1
            except Refused as refusal:
                refusal.may_have_been_done = tries > 0
                raise
        raise NeverAnswered(kind)

    def _send(
        self, kind: str, method: str, path: str, expects: Collection[str], **request: Any
    ) -> Answer:
        """Ask once. Raises Uncertain, Refused."""
        asked_at = time.monotonic()
        with requests.Session() as session:
            session.trust_env = False
            headers = {**self._headers, **request.pop("headers", {})}
            try:
                came = session.request(
                    method,
                    f"http://{next(self._addresses)}{path}",
                    headers=headers,
                    timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                    **request,
                )
            except requests.RequestException as error:
                detail = type(error).__name__
                self.ledger.note(kind, Outcome.NO_ANSWER, asked_at=asked_at, detail=detail)
                raise Uncertain from None
        outcome, code = _judge(came)
        if outcome is Outcome.REFUSED and code not in expects:
            outcome = Outcome.SURPRISE
        detail = f"{came.status_code} {code} {came.headers.get('X-Request-ID', '')}"
        self.ledger.note(kind, outcome, asked_at=asked_at, detail=detail)
        if outcome in {Outcome.REFUSED, Outcome.SURPRISE}:
            raise Refused(code)
        if outcome is not Outcome.DONE:
            raise Uncertain
        body = came.json() if came.content else None
        return Answer(body=body, headers=came.headers)


def _judge(came: requests.Response) -> tuple[Outcome, str]:
    """Return what an answer means, and its code where it has one."""
    if came.status_code == 204:
        return Outcome.DONE, ""
    try:
        body = came.json()
    except ValueError:
        is_proxy = came.status_code in {502, 504} and "nginx" in came.text
        return (Outcome.PROXY if is_proxy else Outcome.BROKEN), ""
    code = _code_of(body)
    if code == "UNAVAILABLE":
        return Outcome.UNAVAILABLE, code
    if code == "INTERNAL_ERROR" or came.status_code >= 500:
        return Outcome.BROKEN, code
    if code:
        return Outcome.REFUSED, code
    return (Outcome.DONE, "") if came.status_code < 300 else (Outcome.BROKEN, "")


def _code_of(body: Any) -> str:
    """Return the code of a refusal in either language; empty for none."""
    if not isinstance(body, dict):
        return ""
    if "error" in body:
        return str(body["error"]["code"])
    if body.get("errors"):
        return str(body["errors"][0]["extensions"]["code"])
    data = body.get("data")
    fields: list[Any] = list(data.values()) if isinstance(data, dict) else []
    answered = fields[0] if fields else None
    if isinstance(answered, dict) and "code" in answered and "message" in answered:
        return str(answered["code"])
    return ""
