"""What is overdue in a hotel's own morning, told to staff and taken back by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.models import Booking, Hotel
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.mornings import house_day, look_at_mornings
from apps.bookings.states import BookingStatus
from apps.common.models import Alert, Duty
from tests.background import run_due_jobs
from tests.bookings.stays import STAFF
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.locks import AccessGrantFactory
from tests.factories.staff import logged_in, works_at
from tests.statements import statements

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def at(clock: str, day: date = DAY) -> datetime:
    """An instant in Dublin's winter."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def look(now: datetime) -> list[tuple[str, str]]:
    look_at_mornings(now)
    alerts = Alert.objects.filter(closed_at__isnull=True).order_by("kind", "subject")
    return list(alerts.values_list("kind", "subject"))


def stay(hotel: Hotel, begins: date, nights: int = 1, **more: Any) -> Booking:
    """A booking with a ready room of its own, in house if it has an instant of check-in."""
    if "assigned_room" not in more:
        more["assigned_room"] = RoomFactory(hotel=hotel, is_occupied="checked_in_at" in more)
    made: Booking = BookingFactory(hotel=hotel, check_in_date=begins, nights=nights, **more)
    return made


YESTERDAY = DAY - timedelta(days=1)
ARRIVED = at("16:00", YESTERDAY)


# -- the day of a house ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "morning", "now", "day"),
    [
        ("Europe/Dublin", time(8), "2026-11-20T07:59", "2026-11-19"),
        ("Europe/Dublin", time(8), "2026-11-20T08:00", "2026-11-20"),
        ("Pacific/Auckland", time(8), "2026-11-19T18:59", "2026-11-19"),
        ("Pacific/Auckland", time(8), "2026-11-19T19:00", "2026-11-20"),
        ("America/St_Johns", time(8), "2026-11-20T11:29", "2026-11-19"),
        ("America/St_Johns", time(8), "2026-11-20T11:30", "2026-11-20"),
        # In summer eight o'clock comes an hour earlier.
        ("Europe/Dublin", time(8), "2026-07-01T06:59", "2026-06-30"),
        ("Europe/Dublin", time(8), "2026-07-01T07:00", "2026-07-01"),
        # The clocks are put forward over the morning: it begins at the next time there is.
        ("Europe/Berlin", time(2, 30), "2026-03-29T00:59", "2026-03-28"),
        ("Europe/Berlin", time(2, 30), "2026-03-29T01:00", "2026-03-29"),
        # They are put back: the morning comes twice and begins once.
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:29", "2026-10-24"),
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:30", "2026-10-25"),
        ("Europe/Berlin", time(2, 30), "2026-10-25T01:10", "2026-10-25"),
    ],
)
def test_a_day_begins_in_the_hotels_own_morning(
    zone: str, morning: time, now: str, day: str
) -> None:
    hotel = Hotel(timezone=zone, morning_time=morning)
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert house_day(hotel, instant) == date.fromisoformat(day)


def test_each_hotel_is_judged_by_its_own_clock() -> None:
    dublin, auckland = HotelFactory(), HotelFactory(timezone="Pacific/Auckland")
    for hotel in (dublin, auckland):
        stay(hotel, YESTERDAY)

    look_at_mornings(datetime(2026, 11, 19, 20, 0, tzinfo=UTC))

    assert [alert.scope for alert in Alert.objects.all()] == [auckland.alert_scope]


# -- what is overdue -----------------------------------------------------------------------------


def test_who_has_not_arrived_by_the_next_morning_is_overdue(hotel: Hotel) -> None:
    late = stay(hotel, YESTERDAY)
    stay(hotel, YESTERDAY, status=BookingStatus.NO_SHOW)
    stay(hotel, DAY + timedelta(days=1))

    assert look(at("07:59")) == []
    assert look(at("08:00")) == [("overdue_arrival", late.booking_id)]

    Booking.objects.filter(pk=late.pk).update(checked_in_at=at("08:30"))
    assert look(at("08:35")) == []


def test_who_has_not_left_by_the_next_morning_is_overdue(hotel: Hotel) -> None:
    staying = stay(hotel, YESTERDAY, checked_in_at=ARRIVED)
    next_day = DAY + timedelta(days=1)

    assert look(at("23:00")) == []
    assert look(at("08:00", next_day)) == [("overdue_departure", staying.booking_id)]

    checkout_booking(booking=staying, performed_by=STAFF, source="tests")
    assert look(at("08:05", next_day)) == []


@pytest.mark.parametrize("made", ["dirty", "being_cleaned", "out_of_service"])
def test_a_room_that_nobody_leaves_today_is_to_be_ready_in_the_morning(
    hotel: Hotel, made: str
) -> None:
    room = RoomFactory(hotel=hotel, **{made: True})
    arriving = stay(hotel, DAY, assigned_room=room)
    stay(hotel, DAY)

    assert look(at("07:59")) == []
    assert look(at("08:00")) == [("room_not_ready", arriving.booking_id)]

    room.condition, room.is_out_of_service = "CLEAN", False
    room.save()
    assert look(at("08:05")) == []


def test_an_arrival_without_any_room_is_told_in_the_morning(hotel: Hotel) -> None:
    arriving = stay(hotel, DAY, assigned_room=None)

    assert look(at("08:00")) == [("room_not_ready", arriving.booking_id)]


@pytest.mark.parametrize("has_left", [False, True])
def test_a_room_that_somebody_leaves_today_is_late_an_hour_before_the_next_guest(
    hotel: Hotel, has_left: bool
) -> None:
    leaving = stay(hotel, YESTERDAY, checked_in_at=ARRIVED)
    arriving = stay(hotel, DAY, assigned_room=leaving.assigned_room)
    if has_left:
        checkout_booking(booking=leaving, performed_by=STAFF, source="tests")

    assert look(at("13:59")) == []
    assert look(at("14:00")) == [("room_not_ready", arriving.booking_id)]


def test_codes_that_are_not_on_the_doors_are_told_for_who_needs_them_now(hotel: Hotel) -> None:
    long_ago = at("07:00", YESTERDAY)
    arriving, in_house = stay(hotel, DAY), stay(hotel, YESTERDAY, 3, checked_in_at=ARRIVED)
    later, well, just_asked = (
        stay(hotel, DAY + timedelta(days=1)),
        stay(hotel, DAY),
        stay(hotel, DAY),
    )
    for booking in (arriving, later):
        AccessGrantFactory(holder=booking.lock_holder, asked_at=long_ago)
    failed = AccessGrantFactory(holder=in_house.lock_holder, failed=True, asked_at=long_ago)
    AccessGrantFactory(holder=well.lock_holder, ready=True, asked_at=long_ago)
    AccessGrantFactory(holder=just_asked.lock_holder, asked_at=at("07:59:50"))

    assert look(at("08:00")) == [
        ("codes_not_set", arriving.booking_id),
        ("codes_not_set", in_house.booking_id),
    ]
    failed.state = "READY"
    failed.save()
    assert look(at("08:00")) == [("codes_not_set", arriving.booking_id)]


# -- alerts --------------------------------------------------------------------------------------


def test_an_alert_is_opened_once_and_leaves_those_of_others_alone(hotel: Hotel) -> None:
    late = stay(hotel, YESTERDAY)
    other = Alert.objects.create(
        scope=hotel.alert_scope, kind="other", subject="x", message="…", opened_at=at("01:00")
    )
    look(at("08:00"))
    opened = Alert.objects.get(kind="overdue_arrival")

    look(at("08:05"))

    assert Alert.objects.filter(closed_at__isnull=True).count() == 2
    again = Alert.objects.get(subject=late.booking_id)
    assert (again.pk, again.opened_at) == (opened.pk, opened.opened_at)
    other.refresh_from_db()
    assert other.closed_at is None


def test_hotels_and_bookings_add_no_queries(hotel: Hotel) -> None:
    stay(hotel, YESTERDAY)
    few = len(statements(lambda: look_at_mornings(at("08:00"))))
    for _ in range(5):
        another = HotelFactory()
        for _ in range(3):
            stay(another, YESTERDAY)
            stay(another, DAY, assigned_room=None)

    assert len(statements(lambda: look_at_mornings(at("08:00")))) == few


def test_the_worker_looks_and_the_desk_sees_it(hotel: Hotel) -> None:
    with time_machine.travel(at("08:00"), tick=True):
        late = stay(hotel, YESTERDAY)
        Duty.objects.update(due_at=None)
        Duty.objects.filter(name="bookings.mornings").update(due_at=timezone.now())
        run_due_jobs()

        desk = logged_in(works_at(hotel))
        shown = desk.get(f"/api/staff/hotels/{hotel.slug}/alerts/").json()["results"]

    assert [(alert["kind"], alert["subject"]) for alert in shown] == [
        ("overdue_arrival", late.booking_id)
    ]
    assert Duty.objects.get(name="bookings.mornings").done_at is not None
