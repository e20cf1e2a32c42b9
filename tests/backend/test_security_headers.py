"""What browsers may do with an answer: every address, whoever asks, has a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from apps.common.security_headers import BACK_OFFICE, NO_DEVICES, NOTHING, OWN_FILES
from graphql_schema.http.explorer import policy_of
from tests.factories.office import of_the_platform

pytestmark = pytest.mark.django_db
ANYTHING: Final = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
PARAMETER: Final = re.compile(r"<(?:(\w+):)?\w+>")


def addresses(part: Any = None, before: str = "/") -> Iterator[str]:
    """Every address of the product, with something in the place of each parameter."""
    for entry in (part or get_resolver()).url_patterns:
        here = before + _filled(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here)
        else:
            assert isinstance(entry, URLPattern)
            yield here


def _filled(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return PARAMETER.sub(lambda found: ANYTHING.get(found[1], "none"), str(pattern))
    # The few regular expressions: what is optional in them is left out.
    return re.sub(r"\(\?P<\w+>[^)]*\)|[\^$]|/\?", "", str(pattern))


def directives(policy: str) -> dict[str, str]:
    """The policy's parts by their names."""
    return {
        name: sources
        for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))
    }


def assert_guarded(answer: Any, address: str) -> None:
    """The rule for every answer, read as a browser reads it."""
    policy = directives(answer["Content-Security-Policy"])
    assert answer["X-Content-Type-Options"] == "nosniff", address
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}, address
    assert answer["X-Frame-Options"] == "DENY", address
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
    assert policy["default-src"] == "'none'", address
    assert policy["frame-ancestors"] == "'none'", address
    assert "'unsafe-inline'" not in policy.get("script-src", ""), address
    if answer["Content-Type"].startswith("text/html"):
        assert answer["Permissions-Policy"] == NO_DEVICES, address
    elif not address.startswith("/admin/"):
        assert set(policy) == {"default-src", "frame-ancestors"}, address


def test_every_address_is_guarded_for_strangers(client: Client) -> None:
    walked = [*addresses(), "/static/pages/board.css", "/nowhere/", "/api/nowhere/"]
    assert len(walked) > 150
    for address in walked:
        assert_guarded(client.get(address), address)


def test_the_pages_of_the_back_office_are_guarded() -> None:
    browser = of_the_platform()
    pages = 0
    for address in addresses():
        if not address.startswith("/admin/") or "/logout/" in address:
            continue
        answer = browser.get(address)
        assert_guarded(answer, address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            pages += 1
            assert answer["Content-Security-Policy"] == BACK_OFFICE, address
    assert pages > 30


def test_only_the_pages_of_the_back_office_may_make_functions_of_texts(
    client: Client, settings: Any
) -> None:
    settings.DEMO_GUEST_PAGE = True
    assert "'unsafe-eval'" in BACK_OFFICE
    for address in ("/board/login/", "/demo/guest/", "/api/docs/"):
        assert client.get(address)["Content-Security-Policy"] == OWN_FILES
    assert "unsafe" not in OWN_FILES


def test_the_door_of_the_back_office_is_under_its_policy(client: Client) -> None:
    assert client.get("/admin/login/")["Content-Security-Policy"] == BACK_OFFICE


def test_answers_of_programs_may_load_nothing(client: Client) -> None:
    answer = client.post("/graphql/", {"query": "{ __typename }"}, content_type="application/json")
    assert (answer.status_code, answer["Content-Security-Policy"]) == (200, NOTHING)
    refused = client.post("/api/checkin/start/", "[", content_type="application/json")
    assert (refused.status_code, refused["Content-Security-Policy"]) == (400, NOTHING)


def test_a_developers_page_of_a_mistake_can_be_read(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    answer = client.get("/nowhere/")
    assert b"<style" in answer.content
    assert "Content-Security-Policy" not in answer
    assert client.get("/api/nowhere/")["Content-Security-Policy"] == NOTHING


# -- the schema explorer --------------------------------------------------------------------------


def test_the_explorer_may_load_the_files_that_it_names_and_no_others(
    client: Client, settings: Any
) -> None:
    settings.GRAPHQL_IDE = True
    page = client.get("/graphql/", headers={"Accept": "text/html"})
    assert_guarded(page, "/graphql/")
    text = page.content.decode()
    policy = directives(page["Content-Security-Policy"])
    foreign = re.findall(r'<script[^>]*src="([^"]+)"', text, re.DOTALL)
    scripts = policy["script-src"].split()
    assert foreign
    assert [one for one in scripts if one.startswith("https:")] == foreign
    assert "https://unpkg.com" not in scripts
    assert len([one for one in scripts if one.startswith("'sha256-")]) == 1
    assert policy["connect-src"] == "'self'"


def test_a_foreign_file_without_a_digest_is_not_let_in() -> None:
    page = '<script src="https://example.com/a.js"></script><script>go()</script>'
    assert "example.com" not in policy_of(page)
    known = '<script integrity="sha384-x" src="https://example.com/a.js"></script>'
    assert "script-src https://example.com/a.js;" in policy_of(known)
