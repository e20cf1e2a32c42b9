"""A partner's server: takes webhooks over real HTTP and answers as it is told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Respond = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request as it came."""

    path: str
    body: str
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Reply:
    """What to answer with."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


class Receiver:
    """Listens on a free port of the loopback while entered.

    ``replies`` gets each request and returns the answer; by default it takes everything.
    """

    def __init__(
        self,
        replies: Callable[[Heard], Reply] = lambda _heard: Reply(),
        *,
        respond: Respond | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.heard: list[Heard] = []
        self.replies = replies
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, respond))
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, host: str = "127.0.0.1", path: str = "/hooks") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        # Asked often whether to end: a test waits for the end.
        loop = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(receiver: Receiver, respond: Respond | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the base class names it
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(length).decode()
            heard = Heard(path=self.path, body=body, headers=dict(self.headers))
            receiver.heard.append(heard)
            if respond is not None:
                respond(self)
                return
            reply = receiver.replies(heard)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.text.encode())))
            self.end_headers()
            self.wfile.write(reply.text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
