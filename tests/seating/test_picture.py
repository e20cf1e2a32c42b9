"""The picture of the seats: states, marks, and names that can't break out of it."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from apps.seating.models import Seat, SeatingEvent
from apps.seating.services.payments import submit_payment_proof
from tests.factories.seating import SeatingEventFactory, choose, make_seats, picture

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def draw(client: Client, event: SeatingEvent, tag: str = "") -> ET.Element:
    answer = client.get(f"/api/seating/events/{event.slug}/seats.svg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    drawn: ET.Element = ET.fromstring(answer.content)  # noqa: S314  # our own picture
    return drawn


def titles(drawn: ET.Element) -> list[str]:
    return [str(title.text) for title in drawn.iter(f"{SVG}title")]


def words(drawn: ET.Element) -> list[str]:
    return [str(text.text) for text in drawn.iter(f"{SVG}text")]


def test_every_seat_is_there_with_its_state(client: Client) -> None:
    event = SeatingEventFactory(seats=12)
    event.seats.filter(label="B-2").update(is_blocked=True, blocked_reason="Camera")
    submit_payment_proof(order_token=choose(event, "A-1").token, file=picture())

    drawn = draw(client, event)

    assert len(titles(drawn)) == 12
    assert "A-1: booked, Standard, 30.00" in titles(drawn)
    assert "B-2: not for sale, Standard, 30.00" in titles(drawn)
    assert "Camera" not in ET.tostring(drawn, encoding="unicode")
    assert {"available (10)", "held (0)", "booked (1)", "not for sale (1)"} <= set(words(drawn))
    assert "Standard, 30.00 EUR" in words(drawn)


def test_it_is_sent_again_only_when_it_differs(client: Client) -> None:
    event = SeatingEventFactory(seats=6)
    address = f"/api/seating/events/{event.slug}/seats.svg"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    submit_payment_proof(order_token=choose(event, "A-1").token, file=picture())
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_names_stay_words(client: Client) -> None:
    hostile = "</text><script>alert('1')</script>&\x0b"
    event = SeatingEventFactory(seats=2, name=hostile, venue=hostile)
    event.seats.filter(label="A-1").update(label="<b>&\"'", row="<x>", category="<y>&")

    drawn = draw(client, event)

    assert not list(drawn.iter(f"{SVG}script"))
    assert "<b>&\"': available, <y>&, 30.00" in titles(drawn)
    answer = client.get(f"/api/seating/events/{event.slug}/seats.svg")
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_house_without_a_map_is_drawn_in_rows(client: Client) -> None:
    event = SeatingEventFactory(seats=12)
    event.seats.update(x=0, y=0)
    places = {(c.get("cx"), c.get("cy")) for c in draw(client, event).iter(f"{SVG}circle")}
    assert len(places) >= 12


@pytest.mark.parametrize("far", [1e12, 1e-9])
def test_a_strange_map_is_drawn_no_wider_than_paper(client: Client, far: float) -> None:
    event = SeatingEventFactory(seats=6)
    event.seats.filter(label="A-6").update(x=far)
    assert float(draw(client, event).get("width", "")) < 20_000


def test_an_event_without_seats_is_drawn(client: Client) -> None:
    assert titles(draw(client, SeatingEventFactory())) == []


def test_marks_of_wheelchairs_and_prices(client: Client) -> None:
    event = SeatingEventFactory(seats=6)
    Seat.objects.filter(event=event, label="A-1").update(is_accessible=True)
    Seat.objects.filter(event=event, label="A-2").update(is_companion=True)
    Seat.objects.filter(event=event, label="A-3").update(category="Box", price=Decimal("99.50"))
    drawn = draw(client, event)
    assert {"wheelchair", "companion of a wheelchair", "Box, 99.50 EUR"} <= set(words(drawn))


def test_unknown_event(client: Client) -> None:
    answer = client.get("/api/seating/events/none/seats.svg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "EVENT_NOT_FOUND")


def test_many_seats(client: Client) -> None:
    event = SeatingEventFactory()
    make_seats(event, 150)
    assert len(titles(draw(client, event))) == 150
