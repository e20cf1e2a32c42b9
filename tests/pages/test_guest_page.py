"""The reference page for guests' apps: in development alone, and nothing comes from elsewhere."""

from __future__ import annotations

from django.test import Client
from pytest_django import Settings

PAGE = "/demo/guest/"


def test_the_page_does_not_exist_where_it_is_not_switched_on(client: Client) -> None:
    assert client.get(PAGE).status_code == 404


def test_the_page_is_shown_where_it_is_switched_on(client: Client, settings: Settings) -> None:
    settings.DEMO_GUEST_PAGE = True
    answer = client.get(PAGE)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
