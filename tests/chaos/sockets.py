"""Live clients' connections: each lasts until it breaks, and whoever needs it opens another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
OPEN_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.5  # how often a quiet client sees whether it is to end
QUIET_SECONDS: Final = 60.0  # servers ping every 20 s: a line that is quiet for longer is dead
BROKEN_LINES: Final = (OSError, WebSocketException, EOFError)


def plain_frames(address: str, path: str) -> Iterator[Any]:
    """Yield the frames of a plain socket, and None now and then while it is quiet.

    Raises what ``BROKEN_LINES`` names when the line ends.
    """
    with closing(connect(f"ws://{address}{path}", proxy=None, open_timeout=OPEN_SECONDS)) as line:
        while True:
            try:
                yield json.loads(line.recv(LOOK_SECONDS))
            except TimeoutError:
                yield None


def subscription(
    address: str, document: str, *, login: str = "", **variables: Any
) -> Iterator[Any]:
    """Yield what a subscription sends, and None now and then; ends when it is complete.

    Raises what ``BROKEN_LINES`` names when the line ends, also for a refusal.
    """
    opened = connect(
        f"ws://{address}/graphql/",
        subprotocols=[PROTOCOL],
        proxy=None,
        open_timeout=OPEN_SECONDS,
        max_size=None,
    )
    with closing(opened) as line:
        payload = {"authorization": f"Bearer {login}"} if login else {}
        line.send(json.dumps({"type": "connection_init", "payload": payload}))
        asked = {"query": document, "variables": variables}
        line.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        while True:
            try:
                frame = json.loads(line.recv(LOOK_SECONDS))
            except TimeoutError:
                yield None
                continue
            if frame["type"] == "next" and frame["payload"].get("data"):
                yield next(iter(frame["payload"]["data"].values()))
            elif frame["type"] == "ping":
                line.send(json.dumps({"type": "pong"}))
            elif frame["type"] == "complete":
                return
            elif frame["type"] in {"error", "next"}:
                raise EOFError(json.dumps(frame)[:200])
