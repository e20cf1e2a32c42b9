"""Apollo Client is served as its makers mean it to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.staff.services.logins import open_login
from tests.clients.node import ROOT, Node
from tests.factories.bookings import HotelFactory, RoomFactory
from tests.factories.seating import SeatingEventFactory
from tests.factories.staff import works_at


class Apollo:
    """Plays the scenes of ``apollo.mjs``."""

    def __init__(self, node: Node, url: str, room: Path) -> None:
        self._node, self._url, self._room = node, url, room

    def play(self, scene: str, **given: Any) -> Any:
        given |= {"scene": scene, "url": self._url, "schema": str(ROOT / "schema.graphql")}
        return self._node.play("apollo.mjs", self._room, **given)


@pytest.fixture
def apollo(node: Node, url: str, tmp_path: Path) -> Apollo:
    return Apollo(node, url, tmp_path)


def test_answers_and_problems_reach_the_app_and_its_cache(apollo: Apollo) -> None:
    event = SeatingEventFactory(seats=3)

    seen = apollo.play("seats", slug=event.slug)

    assert seen["map"] == [["A-1", "AVAILABLE"], ["A-2", "AVAILABLE"], ["A-3", "AVAILABLE"]]
    assert seen["remembered"] == 3  # each by its type and id
    assert seen["chosen"]["__typename"] == "SeatOrder"
    assert [seat["label"] for seat in seen["chosen"]["seats"]] == ["A-1", "A-2"]
    assert seen["chosen"]["total"] == "60.00"
    assert seen["unknown"]["__typename"] == "NotFoundProblem"
    assert (seen["unknown"]["code"], seen["unknown"]["field"]) == ("SEAT_NOT_FOUND", "labels")


def test_pages_follow_each_other(apollo: Apollo) -> None:
    hotel = HotelFactory()
    for number in range(5):
        RoomFactory(hotel=hotel, number=str(101 + number))
    login = open_login(works_at(hotel)).token

    numbers = apollo.play("pages", slug=hotel.slug, login=login)

    assert numbers == ["101", "102", "103", "104", "105"]


def test_a_query_is_introduced_once_and_then_read_by_get(apollo: Apollo) -> None:
    event = SeatingEventFactory(seats=2)

    seen = apollo.play("persisted", slug=event.slug)

    assert seen["sent"] == [
        ["GET", 200, "no-store"],  # not known yet
        ["POST", 200, "no-store"],
        ["GET", 200, "public, max-age=1"],
    ]
    assert seen["seats"] == [2, 2]


def test_errors_reach_the_app_with_their_codes(apollo: Apollo) -> None:
    seen = apollo.play("errors")

    assert {name: failure["codes"] for name, failure in seen.items()} == {
        "stranger": ["NOT_AUTHENTICATED"],
        "unknown": ["VALIDATION_ERROR"],
        "wrong": ["VALIDATION_ERROR"],
        "deep": ["QUERY_TOO_COMPLEX"],
    }
