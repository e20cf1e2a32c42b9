"""No test can reach beyond this machine, not even by asking for a name."""

import asyncio
import socket
import urllib.request

import pytest

from tests.services.network import NetworkClosed


def test_connecting_to_the_outside_is_refused() -> None:
    with socket.socket() as client, pytest.raises(NetworkClosed, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 80))


def test_connecting_to_the_outside_is_refused_over_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as client, pytest.raises(NetworkClosed):
        client.connect(("2001:db8::1", 80))


def test_sending_to_the_outside_is_refused() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as client,
        pytest.raises(NetworkClosed),
    ):
        client.sendto(b"ping", ("192.0.2.1", 53))


def test_asking_for_a_name_of_the_outside_is_refused() -> None:
    with pytest.raises(NetworkClosed, match=r"example\.com"):
        socket.getaddrinfo("example.com", 443)


def test_libraries_do_not_take_the_refusal_for_a_broken_network() -> None:
    with pytest.raises(NetworkClosed):
        urllib.request.urlopen("http://192.0.2.1/")


async def test_event_loops_are_held_too() -> None:
    with pytest.raises(NetworkClosed):
        await asyncio.open_connection("192.0.2.1", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_stays_open(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port)) as client:
            assert client.getpeername()[1] == port


def test_unix_sockets_stay_open(tmp_path_factory: pytest.TempPathFactory) -> None:
    left, right = socket.socketpair(socket.AF_UNIX)
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError):
        client.connect(str(tmp_path_factory.getbasetemp() / "nobody-listens"))
