"""Lists: what filters and searches find, what they cost, and what a file of them holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.bookings.models import Booking
from apps.locks.states import CodeState
from back_office.exports import BATCH
from back_office.site import site
from tests.admin.houses import MAKERS, house
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.factories.office import at_the_desk
from tests.factories.seating import SeatingEventFactory

pytestmark = pytest.mark.django_db
BOOKINGS = "/admin/bookings/booking/"
MOST_QUERIES = 12
ONE_FOR_EACH_HOTEL = {"bookings.hotel", "locks.lockaccount"}


def found(desk: Client, **query: str) -> set[str]:
    answer = desk.get(BOOKINGS, query)
    return {row.booking_id for row in answer.context["cl"].result_list}


@pytest.mark.parametrize("label", sorted(set(MAKERS) - ONE_FOR_EACH_HOTEL))
def test_a_list_costs_the_same_for_one_row_and_for_twenty(
    label: str, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    hotel = house("Kerry")
    desk = at_the_desk(hotel)
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    MAKERS[label](hotel, "Row0")
    one = queries_of(lambda: desk.get(address))
    for number in range(1, 20):
        MAKERS[label](hotel, f"Row{number}")
    assert queries_of(lambda: desk.get(address)) == one
    assert one <= MOST_QUERIES


def test_every_filter_of_bookings_is_within_the_bound(
    queries_of: Callable[[Callable[[], Any]], int],
) -> None:
    hotel = HotelFactory(with_locks=True)
    BookingFactory.create_batch(60, hotel=hotel)
    desk = at_the_desk(hotel)
    for query in (
        {"day": "arriving"},
        {"day": "overdue"},
        {"codes": "problems"},
        {"q": "Mary"},
        {"status": "CONFIRMED", "p": "2"},
    ):
        assert queries_of(lambda query=query: desk.get(BOOKINGS, query)) <= MOST_QUERIES, query


def test_a_booking_s_page_costs_the_same_for_one_guest_and_for_ten(
    queries_of: Callable[[Callable[[], Any]], int],
) -> None:
    booking = GuestFactory().booking
    desk = at_the_desk(booking.hotel)
    address = reverse("admin:bookings_booking_change", args=[booking.pk])
    desk.get(address)  # kinds of rows are looked up once in a process
    one = queries_of(lambda: desk.get(address))
    GuestFactory.create_batch(9, booking=booking, is_primary=False)
    assert queries_of(lambda: desk.get(address)) == one


def test_the_desk_s_filters_count_the_hotel_s_own_days() -> None:
    hotel = HotelFactory(timezone="Pacific/Auckland")
    arriving = BookingFactory(hotel=hotel, arriving_today=True)
    later = BookingFactory(hotel=hotel)
    staying = BookingFactory(hotel=hotel, in_house=True)
    leaving = BookingFactory(hotel=hotel, in_house=True)
    _shift(leaving, -2)
    forgotten = BookingFactory(hotel=hotel)
    _shift(forgotten, -5)
    desk = at_the_desk(hotel)
    assert found(desk, day="arriving") == {arriving.booking_id, staying.booking_id}
    assert found(desk, day="in_house") == {staying.booking_id, leaving.booking_id}
    assert found(desk, day="departing") == {leaving.booking_id}
    assert found(desk, day="overdue") == {forgotten.booking_id}
    assert later.booking_id in found(desk)


def _shift(booking: Booking, days: int) -> None:
    booking.check_in_date += timedelta(days=days)
    booking.check_out_date += timedelta(days=days)
    booking.save()


def test_code_problems_are_doors_without_a_code() -> None:
    hotel = HotelFactory(with_locks=True)
    fine, failed, delayed = BookingFactory.create_batch(3, hotel=hotel)
    for booking, traits in ((fine, {"ready": True}), (failed, {"failed": True}), (delayed, {})):
        grant = AccessGrantFactory(account=hotel.lock_account, holder=booking.lock_holder, **traits)
        state = CodeState.DELAYED if booking is delayed else CodeState.PENDING
        AccessCodeFactory(grant=grant, state=state)
    desk = at_the_desk(hotel)
    assert found(desk, codes="problems") == {failed.booking_id, delayed.booking_id}


def test_bookings_are_found_by_name_reference_room_and_car() -> None:
    hotel = HotelFactory()
    room = RoomFactory(hotel=hotel, number="404")
    booking = BookingFactory(hotel=hotel, assigned_room=room, contact_name="Mary O'Brien")
    GuestFactory(booking=booking, full_name="Seán Ó Sé", car_registration="12 KY 345")
    BookingFactory.create_batch(3, hotel=hotel)
    desk = at_the_desk(hotel)
    for words in ("o'brien", "Ó Sé", booking.booking_reference, "404", "12 KY"):
        assert found(desk, q=words) == {booking.booking_id}, words


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_file_holds_what_the_list_holds_beyond_one_batch() -> None:
    event = SeatingEventFactory(seats=BATCH + 7)
    answer = at_the_desk(event.hotel).get("/admin/seating/seat/export/")
    assert len(rows_of(answer)) == BATCH + 7
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_file_is_filtered_as_its_list_and_holds_no_formula() -> None:
    hotel = HotelFactory()
    BookingFactory(hotel=hotel, contact_name='=HYPERLINK("http://example.com")', in_house=True)
    BookingFactory(hotel=hotel)
    answer = at_the_desk(hotel).get(f"{BOOKINGS}export/", {"day": "in_house"})
    (row,) = rows_of(answer)
    assert row["guest"] == '\'=HYPERLINK("http://example.com")'
    assert row["checked_in_at"].endswith(("+00:00", "+01:00"))  # the hotel's own offset


def test_a_file_that_can_t_be_made_leads_to_the_list_that_says_why() -> None:
    asked = {"is_available__exact": "perhaps"}
    answer = at_the_desk(HotelFactory()).get("/admin/concierge/menuitem/export/", asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, "../?e=1")


def test_no_file_has_a_column_of_secrets() -> None:
    columns = {
        header
        for page in site._registry.values()
        for header, _ in getattr(page, "export_columns", ())
    }
    assert not {
        name for name in columns if any(part in name for part in ("pin", "token", "secret"))
    } - {"pin_status"}
