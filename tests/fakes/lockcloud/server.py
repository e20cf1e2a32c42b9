"""The cloud's sockets: answers given whole, held back, or broken off."""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.lockcloud.control import act
from tests.fakes.lockcloud.engine import Engine, Reply
from tests.fakes.lockcloud.envelope import FORM, Request
from tests.fakes.lockcloud.inspection import Inspection
from tests.fakes.lockcloud.setup import Setup

_LINGER_NONE: Final = struct.pack("ii", 1, 0)
"""Closing with it sends a reset instead of a proper end."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    engine: Engine

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: paths may carry what must not be printed."""

    def _answer(self) -> None:
        place = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if place.path.startswith("/_control"):
            self._send(self._control(place.path, body))
            return
        content_type = self.headers.get("Content-Type", "")
        text = body.decode("utf-8", "replace") if content_type.startswith(FORM) else ""
        self._deliver(
            self.engine.serve(
                Request(
                    method=self.command,
                    call=place.path.removeprefix("/v3").strip("/"),
                    query=dict(parse_qsl(place.query, keep_blank_values=True)),
                    body=dict(parse_qsl(text, keep_blank_values=True)),
                    content_type=content_type,
                )
            )
        )

    def _control(self, path: str, body: bytes) -> Reply:
        try:
            asked = {"do": "state"} if path.endswith("/state") else json.loads(body)
            result = {"result": act(self.engine, **asked)}
        except (TypeError, ValueError) as problem:
            return Reply(status=400, body=json.dumps({"error": str(problem)}).encode())
        return Reply(body=json.dumps(result).encode())

    def _deliver(self, reply: Reply) -> None:
        if reply.manner == "held":
            self._hold(reply.held_seconds)
        elif reply.manner == "broken":
            self._break_off(reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _hold(self, seconds: float) -> None:
        """Keep still until the caller gives up, the time is over, or the cloud closes."""
        self.close_connection = True
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.engine.closing.is_set():
            if select.select([self.connection], [], [], 0.1)[0]:
                return

    def _break_off(self, reply: Reply) -> None:
        self.close_connection = True
        half = Reply(body=reply.body + b" " * 64)
        self.send_response(half.status)
        self.send_header("Content-Length", str(len(half.body)))
        self.end_headers()
        self.wfile.write(half.body[: len(half.body) // 3])
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are part of the tests."""

    def shutdown_request(self, request: Any) -> None:
        """Close without the polite half-close, which would come before a reset."""
        self.close_request(request)


class LockCloud(Inspection):
    """A cloud in this process, on a loopback port; a context manager.

    Keywords besides ``port`` and ``state`` are those of ``Setup``. With ``state`` everything is
    saved to that file before it is answered, and taken up again from it.
    """

    def __init__(self, *, port: int = 0, state: Path | None = None, **setup: Any) -> None:
        self.engine = Engine(Setup(**setup), state=state)
        handler = type("Handler", (_Handler,), {"engine": self.engine})
        self._server = _Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def act(self, do: str, **fields: Any) -> Any:
        """Carry out one action of ``control.ACTIONS``."""
        return act(self.engine, do, **fields)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.engine.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve_until_killed(self) -> None:
        """Serve in the calling thread; for a process that does nothing else."""
        self._server.serve_forever()
