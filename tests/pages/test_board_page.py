"""Whose board is shown, and what its scripts ask for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from django.test import Client
from graphql import FieldNode, Visitor, parse, validate, visit

from apps.staff.models import Membership
from apps.staff.roles import Role
from graphql_schema.schema import schema
from tests.factories.bookings import HotelFactory
from tests.factories.staff import UserFactory, works_at

SCRIPTS: Final = Path(__file__).resolve().parents[2] / "apps/pages/static/pages/board"
DOCUMENT: Final = re.compile(r"`((?:query|subscription|mutation) [^`]*)`")
NEVER_SHOWN: Final = frozenset({"pin", "code", "accessCodes", "token"})


def _documents() -> list[str]:
    return [
        document
        for script in sorted(SCRIPTS.glob("*.js"))
        for document in DOCUMENT.findall(script.read_text())
    ]


@pytest.mark.django_db
def test_who_works_at_one_hotel_is_led_to_its_board(client: Client) -> None:
    client.force_login(works_at(HotelFactory(slug="the-grand"), Role.HOUSEKEEPING))
    HotelFactory(slug="the-other")

    assert client.get("/board/")["Location"] == "/board/hotels/the-grand/"
    page = client.get("/board/hotels/the-grand/").content.decode()
    assert "the-other" not in page
    assert client.get("/board/hotels/the-other/").status_code == 404


@pytest.mark.django_db
def test_who_works_at_several_hotels_chooses(client: Client) -> None:
    desk = works_at(HotelFactory(name="The Grand", slug="the-grand"), Role.FRONT_DESK)
    Membership.objects.create(
        user=desk, hotel=HotelFactory(name="The Inn", slug="the-inn"), role=Role.MANAGER
    )
    HotelFactory(name="The Other")
    client.force_login(desk)

    for page in ("/board/", "/board/hotels/the-inn/"):
        shown = client.get(page).content.decode()
        assert "/board/hotels/the-grand/" in shown
        assert "/board/hotels/the-inn/" in shown
        assert "The Other" not in shown


@pytest.mark.django_db
def test_who_works_nowhere_is_told(client: Client) -> None:
    HotelFactory()
    client.force_login(UserFactory())
    assert "belongs to no hotel" in client.get("/board/").content.decode()


@pytest.mark.django_db
def test_a_superuser_sees_every_hotel(client: Client) -> None:
    HotelFactory.create_batch(2)
    client.force_login(UserFactory(is_superuser=True))
    assert client.get("/board/").content.decode().count("/board/hotels/") == 2


@pytest.mark.django_db
def test_the_board_may_load_nothing_from_elsewhere(client: Client) -> None:
    hotel = HotelFactory()
    client.force_login(works_at(hotel, Role.MANAGER))
    answer = client.get(f"/board/hotels/{hotel.slug}/")

    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("document", _documents())
def test_what_the_board_asks_is_in_the_schema_and_shows_no_pin(document: str) -> None:
    tree = parse(document)
    asked = set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            asked.add(node.name.value)

    visit(tree, Names())
    assert validate(schema._schema, tree) == []
    assert asked & NEVER_SHOWN == set()


def test_the_boards_documents_are_found() -> None:
    assert len(_documents()) >= 9
