"""The first page: today's numbers and the charts, as far as a role may see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.seating.services.payments import submit_payment_proof
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.checkin import CheckInAnalyticsFactory
from tests.factories.office import at_the_desk, of_the_platform
from tests.factories.seating import SeatingEventFactory, choose, picture

pytestmark = pytest.mark.django_db


def numbers(desk: Client, query: str = "") -> dict[str, int]:
    answer = desk.get(f"/admin/{query}")
    return {number["title"]: number["value"] for number in answer.context["numbers"]}


def charts(desk: Client) -> dict[str, Any]:
    answer = desk.get("/admin/")
    return {chart.title: json.loads(chart.data) for chart in answer.context["charts"]}


def test_the_numbers_are_those_of_the_lists_behind_them() -> None:
    hotel = HotelFactory()
    BookingFactory.create_batch(2, hotel=hotel, arriving_today=True)
    BookingFactory(hotel=hotel, in_house=True)
    BookingFactory(in_house=True)  # at another hotel
    RoomFactory(hotel=hotel, dirty=True)
    event = SeatingEventFactory(hotel=hotel, seats=6)
    submit_payment_proof(order_token=choose(event, "A-1").token, file=picture())
    desk = at_the_desk(hotel)
    shown = desk.get("/admin/").context["numbers"]
    found = {number["title"]: number["value"] for number in shown}
    assert found["Arriving today"] == 3
    assert found["In house"] == 1
    assert found["Rooms: vacant, to be cleaned"] == 1
    assert found["Proofs waiting"] == 1
    for number in shown:
        assert desk.get(number["url"]).context["cl"].result_count == number["value"], number


def test_the_charts_show_check_ins_and_sales() -> None:
    hotel = HotelFactory()
    CheckInAnalyticsFactory.create_batch(2, hotel=hotel)
    CheckInAnalyticsFactory(hotel=hotel, completed=True)
    event = SeatingEventFactory(hotel=hotel, seats=6)
    submit_payment_proof(order_token=choose(event, "A-1", "A-2").token, file=picture())
    drawn = charts(at_the_desk(hotel))
    assert drawn["Online check-ins: how far they came"]["datasets"][0]["data"] == [3, 1, 1, 1]
    assert drawn["Seats sold"]["datasets"][0]["data"][-1] == 2


def test_housekeeping_sees_rooms_and_no_charts() -> None:
    hotel = HotelFactory()
    answer = at_the_desk(hotel, Role.HOUSEKEEPING).get("/admin/")
    titles = {number["title"] for number in answer.context["numbers"]}
    assert "Rooms: occupied" in titles
    assert not titles & {"In house", "Proofs waiting"}
    assert answer.context["charts"] == []


def test_only_one_s_own_hotels_can_be_chosen() -> None:
    own, other = HotelFactory(), HotelFactory()
    BookingFactory(hotel=other, in_house=True)
    assert numbers(at_the_desk(own), f"?at={other.slug}")["In house"] == 0
    assert numbers(of_the_platform(), f"?at={other.slug}")["In house"] == 1


def test_the_page_costs_the_same_for_one_of_everything_and_for_twenty(
    queries_of: Callable[[Callable[[], Any]], int],
) -> None:
    hotel = HotelFactory(with_locks=True)
    desk = at_the_desk(hotel)

    def furnish(count: int) -> None:
        BookingFactory.create_batch(count, hotel=hotel, in_house=True)
        CheckInAnalyticsFactory.create_batch(count, hotel=hotel, completed=True)
        SeatingEventFactory.create_batch(count, hotel=hotel)

    furnish(1)
    one = queries_of(lambda: desk.get("/admin/"))
    furnish(19)
    assert queries_of(lambda: desk.get("/admin/")) == one


def test_nothing_of_the_pages_comes_from_elsewhere() -> None:
    page = at_the_desk(HotelFactory()).get("/admin/").content.decode()
    assert 'src="http' not in page
    assert 'href="http' not in page
