"""Webhooks go to public addresses alone, whatever a name or an address pretends to be."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest
from pytest_django import Settings

from apps.common.errors import Invalid
from apps.partners.webhooks.targets import (
    AddressRefused,
    HostUnknown,
    addresses_of,
    is_public,
    parse_target,
    require_reachable_target,
)

PRIVATE = [
    "0.0.0.0",  # noqa: S104  # an address to refuse; nothing binds to it
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "::ffff:8.8.8.8", "2606:4700::1111"]

MALFORMED = [
    "",
    "hooks.example.com",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "https://",
    "https:///hooks",
    "https://hooks.example.com:port/",
    "https://hooks.example.com:70000/",
    "https://[::1/",
    "https://[fe80::1%25eth0]/",
    "https://user@hooks.example.com/",
    "https://user:secret@hooks.example.com/",
    "https://hooks.example.com/#part",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/\r\nX-Evil: 1",
    "https://höks.example.com/",
    "https://hooks.example.com/" + "a" * 500,
]


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False


@pytest.mark.parametrize("address", PRIVATE)
def test_no_special_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        parse_target(url)


@pytest.mark.parametrize("url", MALFORMED)
def test_private_targets_do_not_loosen_the_form(url: str, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with pytest.raises(Invalid):
        parse_target(url)


def test_unencrypted_targets_need_the_setting(settings: Settings) -> None:
    with pytest.raises(Invalid):
        parse_target("http://hooks.example.com/")
    settings.WEBHOOK_ALLOW_PRIVATE = True
    assert not parse_target("http://hooks.example.com/").is_encrypted


@pytest.mark.parametrize("port", [0, 22, 25, 80, 444, 1023])
def test_ports_of_other_services_are_refused(port: int) -> None:
    with pytest.raises(Invalid):
        parse_target(f"https://hooks.example.com:{port}/")


@pytest.mark.parametrize(
    ("url", "host_header", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("https://hooks.example.com:443/a?b=c", "hooks.example.com", "/a?b=c"),
        ("https://hooks.example.com:8443/a", "hooks.example.com:8443", "/a"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443", "/"),
    ],
)
def test_an_address_is_taken_apart_once(url: str, host_header: str, path: str) -> None:
    target = parse_target(url)
    assert (target.host_header, target.path) == (host_header, path)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["8.8.8.8", "::1"]])
def test_one_private_address_among_others_refuses_the_host(addresses: Sequence[str]) -> None:
    target = parse_target("https://hooks.example.com/")
    with pytest.raises(AddressRefused):
        addresses_of(target, lookup=lambda _host, _port: addresses)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
    ],
)
def test_every_spelling_of_this_machine_is_refused_at_set_up(url: str) -> None:
    with pytest.raises(Invalid):
        require_reachable_target(url)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_old_spellings_are_judged_by_what_they_resolve_to(host: str) -> None:
    def as_resolvers_do(name: str, _port: int) -> Sequence[str]:
        return [socket.inet_ntoa(socket.inet_aton(name))]

    with pytest.raises(Invalid):
        require_reachable_target(f"https://{host}/", lookup=as_resolvers_do)


def test_a_host_that_is_not_known_yet_may_be_set_up() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    require_reachable_target("https://soon.example.com/", lookup=unknown)
    with pytest.raises(HostUnknown):
        addresses_of(parse_target("https://soon.example.com/"), lookup=unknown)


def test_the_setting_opens_private_targets(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    require_reachable_target("http://127.0.0.1:9/hooks")
