"""A guest's app in miniature: GraphQL over HTTP, and one subscription over a WebSocket.

It talks to the server as any stranger would; nothing here knows the code behind it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

import requests
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
PATIENCE_SECONDS: Final = 60.0

Answer = dict[str, Any]


class StoryFailed(Exception):
    """A step did not end as it must."""


class GuestApp:
    """Speaks to one server; with a ``staff_token``, as the desk does."""

    def __init__(self, base_url: str, *, staff_token: str | None = None) -> None:
        self._url = f"{base_url}/graphql/"
        self._socket_url = self._url.replace("http", "ws", 1)
        self._session = requests.Session()
        self._login = {"authorization": f"Bearer {staff_token}"} if staff_token else {}
        self._session.headers.update(self._login)
        self._session.trust_env = False  # a server on this machine is not behind a proxy

    def ask(self, document: str, **variables: Any) -> Answer:
        """Return the answer's only field. Raises StoryFailed on a top-level error."""
        body = {"query": document, "variables": variables}
        return _only_field(self._session.post(self._url, json=body, timeout=PATIENCE_SECONDS))

    def ask_with_file(self, document: str, content: bytes, **variables: Any) -> Answer:
        """Send ``content`` as the input's ``file`` and return the answer's only field.

        Source: GraphQL multipart request specification. Raises StoryFailed.
        """
        operations = json.dumps({"query": document, "variables": variables})
        places = json.dumps({"0": ["variables.input.file"]})
        response = self._session.post(
            self._url,
            data={"operations": operations, "map": places},
            files={"0": ("proof.png", content, "image/png")},
            timeout=PATIENCE_SECONDS,
        )
        return _only_field(response)

    def watch(
        self, document: str, *, on_open: Callable[[], None] | None = None, **variables: Any
    ) -> Iterator[Answer]:
        """Yield what a subscription sends until it completes. ``on_open``: it is under way."""
        with connect(
            self._socket_url, subprotocols=[PROTOCOL], open_timeout=PATIENCE_SECONDS
        ) as socket:
            socket.send(json.dumps({"type": "connection_init", "payload": self._login}))
            _expect(json.loads(socket.recv(PATIENCE_SECONDS)), "connection_ack")
            payload = {"query": document, "variables": variables}
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            # The server works frames off in order: its answer to a ping follows the subscription.
            socket.send(json.dumps({"type": "ping"}))
            while True:
                frame = json.loads(socket.recv(PATIENCE_SECONDS))
                if frame["type"] == "complete":
                    return
                if frame["type"] == "next":
                    yield cast(Answer, next(iter(frame["payload"]["data"].values())))
                elif frame["type"] == "pong":
                    if on_open is not None:
                        on_open()
                elif frame["type"] == "ping":
                    socket.send(json.dumps({"type": "pong"}))
                else:
                    raise StoryFailed(f"The subscription answered {frame['type']}.")


def _only_field(response: requests.Response) -> Answer:
    answer = response.json()
    if answer.get("errors"):
        raise StoryFailed(answer["errors"][0]["message"])
    return cast(Answer, next(iter(answer["data"].values())))


def _expect(frame: Answer, kind: str) -> None:
    if frame["type"] != kind:
        raise StoryFailed(f"The socket answered {frame['type']} instead of {kind}.")
