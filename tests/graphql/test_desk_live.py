"""What happens at a hotel, told over a real socket: replayed after an id, or fetched again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from apps.bookings.models import Booking, Hotel
from apps.bookings.services.checkout import checkout_booking
from apps.common.events import purge_events, record_event
from apps.common.models import Event
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.graphql.test_concierge_live import login_at, watching

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = """subscription($hotelSlug: String!, $after: ID) {
  hotelEvents(hotelSlug: $hotelSlug, after: $after) {
    id name occurredAt roomNumber bookingId data } }"""


@pytest.fixture
def booking(transactional_db: None) -> Booking:
    made: Booking = BookingFactory(in_house=True)
    return made


@sync_to_async
def check_out(booking: Booking) -> None:
    checkout_booking(booking=booking, performed_by="staff:niamh", source="graphql")


@sync_to_async
def tell(hotel: Hotel, *names: str) -> None:
    for name in names:
        record_event(hotel.event_stream, name, {})


@sync_to_async
def forget_all() -> None:
    Event.objects.update(happened_at=timezone.now() - timedelta(days=4000))
    purge_events(timezone.now())


async def test_what_was_missed_comes_first_then_what_happens(server: str, booking: Booking) -> None:
    hotel, login = booking.hotel, await login_at(booking.hotel, Role.HOUSEKEEPING)
    await tell(hotel, "seen", "missed")
    async with watching(server, EVENTS, login, hotelSlug=hotel.slug, after="1") as watcher:
        told = [await watcher.next()]
        await check_out(booking)
        told += [await watcher.next(), await watcher.next()]

    room = booking.assigned_room
    assert room is not None
    assert [(event["id"], event["name"]) for event in told] == [
        ("2", "missed"),
        ("3", "room-status-changed"),
        ("4", "booking-checked-out"),
    ]
    left = told[-1]
    assert (left["bookingId"], left["roomNumber"]) == (booking.booking_id, room.number)
    assert set(left["data"]) == {"booking_id", "room_number", "timestamp"}


async def test_who_comes_back_after_the_log_has_forgotten_fetches_again_and_goes_on(
    server: str, booking: Booking
) -> None:
    hotel, login = booking.hotel, await login_at(booking.hotel)
    await tell(hotel, "one", "two")
    await forget_all()
    async with watching(server, EVENTS, login, hotelSlug=hotel.slug, after="1") as watcher:
        told: list[dict[str, Any]] = [await watcher.next()]
        await tell(hotel, "three")
        told.append(await watcher.next())

    assert [(event["id"], event["name"]) for event in told] == [("2", "resync"), ("3", "three")]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
async def test_what_is_no_id_is_refused(server: str, booking: Booking, after: str) -> None:
    login = await login_at(booking.hotel)
    async with watching(
        server, EVENTS, login, hotelSlug=booking.hotel.slug, after=after
    ) as watcher:
        frame = json.dumps(await watcher.frame())

    assert "VALIDATION_ERROR" in frame


async def test_other_hotels_are_not_for_everybody(server: str, booking: Booking) -> None:
    other = await sync_to_async(HotelFactory)()
    login = await login_at(booking.hotel)
    async with watching(server, EVENTS, login, hotelSlug=other.slug) as watcher:
        frame = json.dumps(await watcher.frame())

    assert "PERMISSION_DENIED" in frame
