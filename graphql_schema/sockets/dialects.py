"""The two protocols that GraphQL clients speak over a WebSocket, as pure translation.

Sources: graphql-ws PROTOCOL.md ("graphql-transport-ws"); subscriptions-transport-ws PROTOCOL.md
(confusingly "graphql-ws"), which older clients speak.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import orjson

LONGEST_ID: Final = 200
LONGEST_MESSAGE: Final = 1_000_000  # characters; as much as a body over HTTP


class Close(IntEnum):
    """Why a socket is closed. 4400 to 4429 are the protocol's, the others RFC 6455's registry's."""

    NORMAL = 1000
    TOO_BIG = 1009
    BROKEN = 1011
    TOO_SLOW = 1013  # "try again later": come back with the last version or id that you saw
    MALFORMED = 4400
    NOT_INITIALISED = 4401
    REFUSED = 4403
    NO_COMMON_PROTOCOL = 4406
    INIT_TOO_LATE = 4408
    ID_IN_USE = 4409
    TOO_MANY = 4429  # initialisations, and here messages and sockets as well


class Malformed(Exception):
    """The client sent what the protocol does not know; the message says what."""


class TooBig(Exception):
    """The client sent more than fits into one message."""


@dataclass(frozen=True, slots=True)
class Init:
    """The first message: who is there."""

    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An operation to carry out."""

    id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stop:
    """The client has heard enough of an operation."""

    id: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Is anybody there?"""


@dataclass(frozen=True, slots=True)
class Pong:
    """Somebody is there."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The client ends the conversation."""


Said = Init | Start | Stop | Ping | Pong | Goodbye


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One protocol: what its messages are called."""

    subprotocol: str
    kinds: Mapping[str, Callable[[Mapping[str, Any]], Said]]
    result: str
    keep_alive: str
    refusal: str | None  # what precedes the close of a refused login
    lists_errors: bool

    def understand(self, frame: Mapping[str, Any]) -> Said:
        """Return what a frame of the client says. Raises Malformed, TooBig."""
        message = _message(frame.get("text"))
        kind = message.get("type")
        understand = self.kinds.get(kind) if isinstance(kind, str) else None
        if understand is None:
            raise Malformed("Unknown message type.")
        return understand(message)

    def acknowledgement(self) -> str:
        """Return the frame that follows a good Init."""
        return '{"type":"connection_ack"}'

    def alive(self) -> str:
        """Return the frame that shows that the server is there."""
        return f'{{"type":"{self.keep_alive}"}}'

    def next(self, quoted_id: str, payload: str) -> str:
        """Return the frame that carries a result; ``payload`` is JSON, ``quoted_id`` too."""
        return f'{{"id":{quoted_id},"type":"{self.result}","payload":{payload}}}'

    def error(self, quoted_id: str, errors: Sequence[Mapping[str, Any]]) -> str:
        """Return the frame for an operation that could not begin, and ends with it."""
        payload = orjson.dumps(errors if self.lists_errors else errors[0]).decode()
        return f'{{"id":{quoted_id},"type":"error","payload":{payload}}}'

    def complete(self, quoted_id: str) -> str:
        """Return the frame that ends an operation."""
        return f'{{"id":{quoted_id},"type":"complete"}}'


def _message(text: str | None) -> Mapping[str, Any]:
    if text is None:
        raise Malformed("A message is text.")
    if len(text) > LONGEST_MESSAGE:
        raise TooBig
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed("A message is JSON.") from None
    if not isinstance(message, dict):
        raise Malformed("A message is a JSON object.")
    return message


def _init(message: Mapping[str, Any]) -> Init:
    return Init(_object(message, "payload"))


def _stop(message: Mapping[str, Any]) -> Stop:
    return Stop(_id(message))


def _ping(message: Mapping[str, Any]) -> Ping:
    _object(message, "payload")
    return Ping()


def _pong(message: Mapping[str, Any]) -> Pong:
    _object(message, "payload")
    return Pong()


def _goodbye(_message: Mapping[str, Any]) -> Goodbye:
    return Goodbye()


def _start(message: Mapping[str, Any]) -> Start:
    payload = message.get("payload")
    if not isinstance(payload, dict):
        raise Malformed("The payload must be an object.")
    query, name = payload.get("query"), payload.get("operationName")
    if not isinstance(query, str | None) or not isinstance(name, str | None):
        raise Malformed("The query and its operationName are text.")
    for part in ("variables", "extensions"):
        _object(payload, part)
    return Start(id=_id(message), payload=payload)


def _id(message: Mapping[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID:
        raise Malformed("An id is a text that is neither empty nor long.")
    return found


def _object(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = message.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Malformed(f"The {name} must be an object.")
    return found


TRANSPORT_WS: Final = Dialect(
    subprotocol="graphql-transport-ws",
    kinds={
        "connection_init": _init,
        "subscribe": _start,
        "complete": _stop,
        "ping": _ping,
        "pong": _pong,
    },
    result="next",
    keep_alive="ping",
    refusal=None,
    lists_errors=True,
)
LEGACY: Final = Dialect(
    subprotocol="graphql-ws",
    kinds={
        "connection_init": _init,
        "start": _start,
        "stop": _stop,
        "connection_terminate": _goodbye,
    },
    result="data",
    keep_alive="ka",
    refusal='{"type":"connection_error","payload":{"message":"Forbidden"}}',
    lists_errors=False,
)


def choose(offered: Sequence[str]) -> Dialect | None:
    """Return the first protocol on the client's list that is known here."""
    known = {dialect.subprotocol: dialect for dialect in (TRANSPORT_WS, LEGACY)}
    return next((known[name] for name in offered if name in known), None)
