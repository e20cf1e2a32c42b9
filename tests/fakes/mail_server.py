"""A small SMTP server on loopback that takes mail, or refuses it as it is told to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

OK = b"250 ok"


class MailServer(socketserver.ThreadingTCPServer):
    """Answers each command with what ``answers`` has for its verb, else with consent."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answers: dict[str, bytes] = {}
        self.taken: list[EmailMessage] = []
        self.conversations = 0

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.conversations += 1
        self._say(self.server.answers.get("", b"220 mail.example.com"))
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper()
            answer = self.server.answers.get(verb, OK)
            if verb == "DATA" and answer == OK:
                answer = self._take()
            self._say(b"221 bye" if verb == "QUIT" else answer)
            if verb == "QUIT":
                return

    def _take(self) -> bytes:
        self._say(b"354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.server.taken.append(mail)
        return self.server.answers.get("END", OK)

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve on a free port meanwhile."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
