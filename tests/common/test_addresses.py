"""Nobody chooses where they call from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from apps.common.addresses import address_of_request, address_of_scope, client_address
from graphql_schema.callers import address_of

PROXY = "10.0.0.7"
GUEST = "203.0.113.9"
FAKE = "198.51.100.66"


@pytest.mark.parametrize(
    ("trusted", "forwarded_for", "address"),
    [
        (0, "", PROXY),
        (0, FAKE, PROXY),
        (1, GUEST, GUEST),
        (1, f"{FAKE}, {GUEST}", GUEST),
        (1, f"{FAKE},{FAKE},{GUEST}", GUEST),
        (2, f"{FAKE}, {GUEST}, 10.0.0.8", GUEST),
        (2, GUEST, PROXY),  # fewer entries than proxies: one of them was passed by
        (1, "", PROXY),
        (1, "unknown", PROXY),
        (1, f"{GUEST}, ", PROXY),
        (1, "999.1.1.1", PROXY),
        (1, "\x00", PROXY),
        (1, f"{GUEST}:4711", GUEST),
        (1, " " + GUEST + " ", GUEST),
    ],
)
def test_only_the_entries_of_trusted_proxies_count(
    trusted: int, forwarded_for: str, address: str
) -> None:
    assert client_address(peer=PROXY, forwarded_for=forwarded_for, trusted=trusted) == address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", GUEST),
        ("", ""),
        ("a socket of the file system", ""),
    ],
)
def test_addresses_have_one_form_and_ipv6_is_cut_to_its_network(written: str, address: str) -> None:
    assert client_address(peer=written, forwarded_for="", trusted=0) == address


def test_what_a_server_took_from_the_header_by_itself_is_no_address_of_a_caller() -> None:
    """uvicorn replaces the address of a caller on the same machine by the header's last entry."""
    made_up = {client_address(peer=fake, forwarded_for=fake, trusted=0) for fake in (FAKE, GUEST)}

    assert made_up == {"127.0.0.1"}


def test_a_long_header_costs_no_time_per_entry() -> None:
    header = ",".join(["x"] * 500_000 + [GUEST])

    assert client_address(peer=PROXY, forwarded_for=header, trusted=1) == GUEST


def test_requests_and_sockets_tell_the_same_address(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"{FAKE}, {GUEST}")
    scope: dict[str, Any] = {
        "client": (PROXY, 4711),
        "headers": [(b"x-forwarded-for", FAKE.encode()), (b"x-forwarded-for", GUEST.encode())],
    }

    assert address_of_request(request) == address_of_scope(scope) == GUEST
    infos: list[Any] = [
        SimpleNamespace(context={"request": request}),
        SimpleNamespace(context={"request": SimpleNamespace(scope=scope)}),
    ]
    assert [address_of(info) for info in infos] == [GUEST, GUEST]


def test_a_socket_without_an_address_has_none() -> None:
    assert address_of_scope({"client": None, "headers": []}) == ""
    assert address_of_scope({"headers": []}) == ""
