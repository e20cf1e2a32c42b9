"""The embedded server knows where it listens."""

from __future__ import annotations

import socket

from pytest_django import Settings

from backend.server import EmbeddedServer, bind


class Unstarted(EmbeddedServer):
    """Says when it would begin to serve, and does not."""

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        self.bound = sockets


def test_links_to_stays_lead_to_the_port_that_was_taken(settings: Settings) -> None:
    settings.GUEST_APP_URL = "http://127.0.0.1:8000/api/stays/{token}/"
    with bind(0) as bound:
        server = Unstarted()
        server.serve_on(bound)
        port = bound.getsockname()[1]

        assert server.bound == [bound]
    leads_to: str = settings.GUEST_APP_URL
    assert leads_to == f"http://127.0.0.1:{port}/api/stays/{{token}}/"
