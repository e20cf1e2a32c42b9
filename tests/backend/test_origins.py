"""Which pages may open a socket, at a real server and by the rule alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from backend.origins import is_own
from tests.backend.serving import Served, serving
from tests.common.processes import environ_on_test_database

HOSTS = ["inn.example.com", ".inn.example.net", "127.0.0.1", "[::1]"]
TRUSTED = [
    "https://desk.example.org",
    "https://*.front.example.org",
    "https://odd.example.org:8443",
]

OWN = [
    "https://inn.example.com",
    "http://inn.example.com:8000",
    "https://INN.example.com",
    "https://rooms.inn.example.net",
    "http://127.0.0.1:5173",
    "http://[::1]:8000",
    "https://desk.example.org",
    "https://app.front.example.org",
    "https://odd.example.org:8443",
]
FOREIGN = [
    "https://evil.example",
    "https://inn.example.com.evil.example",
    "https://evilinn.example.net",
    "https://evil.example/inn.example.com",
    "https://inn.example.com@evil.example",
    "http://desk.example.org",
    "https://desk.example.org:8443",
    "https://odd.example.org",
    "https://app.front.example.org.evil.example",
    "null",
    "inn.example.com",
    "https://",
    "http://[::1",
    "file://",
    "\xe9",
]


@pytest.mark.parametrize(
    ("origin", "own"), [*((page, True) for page in OWN), *((page, False) for page in FOREIGN)]
)
def test_own_and_trusted_pages_may_open_a_socket_and_foreign_ones_may_not(
    *, origin: str, own: bool
) -> None:
    with override_settings(ALLOWED_HOSTS=HOSTS, CSRF_TRUSTED_ORIGINS=TRUSTED):
        assert is_own(origin) == own


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: Any, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Served]:
    directory: Path = tmp_path_factory.mktemp("server")
    with django_db_blocker.unblock():
        environ = environ_on_test_database()
    allowed = {"ALLOWED_HOSTS": ",".join(HOSTS), "CSRF_TRUSTED_ORIGINS": ",".join(TRUSTED)}
    with serving(environ=environ | allowed, log=directory / "log") as served:
        yield served


def open_socket(served: Served, path: str = "/graphql/", origin: str | None = None) -> str | None:
    """Open and close a socket; return the protocol that was agreed on. Raises InvalidStatus."""
    protocols: Any = ["graphql-transport-ws"]
    url = f"ws://127.0.0.1:{served.port}{path}"
    with connect(url, origin=origin, subprotocols=protocols, proxy=None) as websocket:  # type: ignore[arg-type]
        return websocket.subprotocol


def test_an_app_that_sends_no_origin_is_let_in(server: Served) -> None:
    assert open_socket(server) == "graphql-transport-ws"


@pytest.mark.parametrize("origin", ["http://127.0.0.1:3000", "https://desk.example.org"])
def test_an_own_page_is_let_in(origin: str, server: Served) -> None:
    assert open_socket(server, origin=origin) == "graphql-transport-ws"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_foreign_page_is_refused_before_the_socket_opens(origin: str, server: Served) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        open_socket(server, origin=origin)
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/graphql/", "/ws/nowhere/"])
@pytest.mark.parametrize("origin", [None, "https://evil.example"])
def test_the_log_never_shows_the_token_in_a_socket_s_address(
    path: str, origin: str | None, server: Served
) -> None:
    token = "k9Xw-an-invented-token"
    with contextlib.suppress(InvalidStatus, ConnectionClosed):
        open_socket(server, f"{path}?token={token}", origin)
    assert open_socket(server)  # the server lives, and has written what it had to write
    assert token not in server.said
