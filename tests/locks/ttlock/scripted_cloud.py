"""A lock cloud that says what it is told to, over real sockets, and remembers what it heard."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A request as it arrived. ``fields`` are those of the form, or of the query."""

    verb: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]

    @property
    def fields(self) -> dict[str, str]:
        return {**self.query, **self.form}


@dataclass(frozen=True, kw_only=True)
class Scripted:
    """One answer. ``fault``: ``reset``, ``close``, ``short``, ``stall`` or ``trickle`` instead."""

    body: bytes = b"{}"
    status: int = 200
    content_type: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


TOKEN_PATH = "/oauth2/token"


class CloudServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # Many threads knock at once; a full queue costs them a second.

    def __init__(self, cloud: "ScriptedCloud") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.cloud = cloud


class Handler(BaseHTTPRequestHandler):
    server: CloudServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.cloud.connections += 1

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        heard = Heard(
            verb=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            form=dict(parse_qsl(body.decode(), keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        answer = self.server.cloud.answer_to(heard)
        if answer.fault:
            self._misbehave(answer)
        else:
            self._send(answer)

    def _send(self, answer: Scripted) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer.body)

    def _misbehave(self, answer: Scripted) -> None:
        self.close_connection = True
        if answer.fault == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif answer.fault == "stall":
            self.server.cloud.stopping.wait(30)
        elif answer.fault == "trickle":
            self._trickle()
        elif answer.fault == "short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"keyboardPwdId"')

    def _trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.server.cloud.stopping.is_set():
                self.wfile.write(b" ")
                time.sleep(0.02)


class ScriptedCloud:
    """Answers the queue in order; token requests have a queue and a default of their own."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[Scripted] = []
        self.token_answers: list[Scripted] = []
        self.refused_tokens: set[str] = set()
        self.connections = 0
        self.logins = 0
        self.stopping = threading.Event()
        self._door = threading.Lock()
        self._server = CloudServer(self)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def say(self, *answers: Answer) -> None:
        """Queue JSON answers."""
        self.script(*(Scripted(body=json.dumps(answer).encode()) for answer in answers))

    def script(self, *answers: Scripted) -> None:
        self.answers.extend(answers)

    def say_to_token_requests(self, *answers: Answer) -> None:
        self.token_answers.extend(Scripted(body=json.dumps(answer).encode()) for answer in answers)

    @property
    def calls(self) -> list[Heard]:
        """What was heard, without the requests for tokens."""
        return [heard for heard in self.heard if heard.path != TOKEN_PATH]

    @property
    def token_requests(self) -> list[Heard]:
        return [heard for heard in self.heard if heard.path == TOKEN_PATH]

    def answer_to(self, heard: Heard) -> Scripted:
        with self._door:
            self.heard.append(heard)
            if heard.path == TOKEN_PATH:
                return self.token_answers.pop(0) if self.token_answers else self._grant()
            if heard.fields["accessToken"] in self.refused_tokens:
                return Scripted(body=b'{"errcode": 10004, "errmsg": "invalid token"}')
            return self.answers.pop(0)

    def _grant(self) -> Scripted:
        self.logins += 1
        grant = {
            "access_token": f"access-{self.logins}",
            "refresh_token": f"refresh-{self.logins}",
            "expires_in": 7776000,
            "uid": 1,
        }
        return Scripted(body=json.dumps(grant).encode())


@contextlib.contextmanager
def scripted_cloud() -> Iterator[ScriptedCloud]:
    cloud = ScriptedCloud()
    try:
        yield cloud
    finally:
        cloud.close()
