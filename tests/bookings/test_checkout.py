"""The one check-out: what it does, once, whatever is broken around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone

from apps.bookings.errors import CheckOutFailed, NotCheckedIn
from apps.bookings.models import (
    Booking,
    CheckOut,
    ExpectedArrival,
    Guest,
    HousekeepingTask,
    Room,
    RoomNight,
    RoomStatusChange,
)
from apps.bookings.services.access import open_doors
from apps.bookings.services.bulk import bulk_check_out
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.signals import booking_checked_out
from apps.bookings.states import BookingStatus, RoomStatus, TaskStatus
from apps.common import events as event_log
from apps.common.events import events_after
from apps.common.models import Event
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.bookings.stays import (
    STAFF,
    assert_in_order,
    codes,
    front_door,
    leave,
    own_door,
    room_of,
    stay_with_codes,
)
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.fakes.lock_cloud import LockCloud
from tests.services.process import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay() -> Booking:
    booking: Booking = BookingFactory(in_house=True)
    GuestFactory(booking=booking)
    return booking


def test_the_booking_ends_and_keeps_its_room_and_its_guests(stay: Booking) -> None:
    before = timezone.now()

    left = leave(stay)

    left.refresh_from_db()
    assert left.status == BookingStatus.COMPLETED
    assert left.checked_out_at is not None
    assert before <= left.checked_out_at <= timezone.now()
    assert left.assigned_room_id == stay.assigned_room_id
    guest = Guest.objects.get(booking=stay)
    assert (guest.room, guest.full_name) == (None, "Mary O'Brien")


def test_the_room_is_vacant_dirty_and_asks_to_be_cleaned(stay: Booking) -> None:
    Room.objects.update(push_token="fcm-token")

    leave(stay)

    room = room_of(stay)
    assert (room.status, room.is_occupied, room.push_token) == (
        RoomStatus.CHECKOUT_DIRTY,
        False,
        "",
    )
    task = HousekeepingTask.objects.get(room=room)
    assert (task.status, task.booking, task.hotel) == (TaskStatus.OPEN, stay, stay.hotel)


def test_the_turnover_note_says_who_when_from_and_to(stay: Booking) -> None:
    leave(stay, source="staff_checkout_endpoint")

    note = RoomStatusChange.objects.get()
    assert (note.room, note.booking) == (room_of(stay), stay)
    assert (note.old_status, note.new_status) == ("OCCUPIED", "CHECKOUT_DIRTY")
    assert (note.performed_by, note.source) == (STAFF, "staff_checkout_endpoint")
    assert note.note


def test_nights_are_given_up(stay: Booking) -> None:
    RoomNight.objects.create(room=room_of(stay), night=stay.check_in_date, booking=stay)

    leave(stay)

    assert not RoomNight.objects.exists()


def test_nobody_waits_for_a_guest_who_has_left(stay: Booking) -> None:
    """A check-in ends the waiting; what was left over all the same ends by itself."""
    ExpectedArrival.objects.create(booking=stay, due_at=timezone.now())

    leave(stay)
    run_due_jobs()

    assert not ExpectedArrival.objects.exists()
    stay.refresh_from_db()
    assert stay.status == BookingStatus.COMPLETED


def test_the_codes_leave_the_locks(lock_cloud: LockCloud) -> None:
    booking = stay_with_codes()
    doors = (front_door(booking), own_door(room_of(booking)))
    pin = AccessGrant.objects.get().pin
    assert codes(lock_cloud, *doors) == [[pin], [pin]]

    leave(booking)

    assert codes(lock_cloud, *doors) == [[], []]
    assert AccessGrant.objects.get().state == GrantState.ENDED
    assert_in_order()


def test_a_code_that_was_still_on_its_way_is_not_set_any_more(lock_cloud: LockCloud) -> None:
    room = RoomFactory(
        hotel=HotelFactory(with_locks=True), occupied=True, with_lock=True, number="101"
    )
    booking = BookingFactory(in_house=True, hotel=room.hotel, assigned_room=room)
    open_doors(booking, actor=STAFF, reason="A test.")

    leave(booking)

    assert codes(lock_cloud, front_door(booking), own_door(room_of(booking))) == [[], []]
    assert lock_cloud.calls("keyboardPwd/add") == 0
    assert {code.state for code in AccessCode.objects.all()} == {CodeState.REMOVED}


def test_it_tells_of_the_room_and_of_the_booking_once_each(stay: Booking) -> None:
    leave(stay, source="staff_checkout_endpoint")

    told = [(event.name, event.data) for event in events_after(stay.hotel.event_stream, 0)]
    shown = room_of(stay).number
    assert [name for name, _ in told] == ["room-status-changed", "booking-checked-out"]
    assert told[0][1] | {"timestamp": ""} == {
        "room_number": int(shown),
        "old_status": "OCCUPIED",
        "new_status": "CHECKOUT_DIRTY",
        "source": "staff_checkout_endpoint",
        "timestamp": "",
    }
    assert told[1][1] | {"timestamp": ""} == {
        "booking_id": stay.booking_id,
        "room_number": int(shown),
        "timestamp": "",
    }


def test_again_is_the_same_success_with_nothing_done_twice(stay: Booking) -> None:
    first = leave(stay)
    counted = (CheckOut, RoomStatusChange, HousekeepingTask, Event)
    counts = [model.objects.count() for model in counted]  # type: ignore[attr-defined]

    again = leave(stay, source="elsewhere")

    assert again.checked_out_at == first.checked_out_at
    assert [model.objects.count() for model in counted] == counts  # type: ignore[attr-defined]


def test_a_room_that_the_next_guest_is_in_stays_theirs(stay: Booking) -> None:
    """Asking again for a check-out of yesterday must not empty the room of today's guest."""
    leave(stay)
    Room.objects.update(is_occupied=True)

    leave(stay)

    assert room_of(stay).is_occupied


@pytest.mark.parametrize(
    ("made", "refusal"),
    [
        ({"arriving_today": True, "with_room": True}, NotCheckedIn),
        ({"cancelled": True, "with_room": True}, NotCheckedIn),
        ({"no_show": True, "with_room": True}, NotCheckedIn),
        ({"pending": True, "with_room": True}, NotCheckedIn),
        ({"in_house": True, "assigned_room": None}, CheckOutFailed),
    ],
)
def test_what_is_no_stay_is_refused_and_left_alone(made: dict[str, Any], refusal: Any) -> None:
    booking = BookingFactory(**made)
    status = booking.status

    with pytest.raises(refusal):
        leave(booking)

    booking.refresh_from_db()
    assert (booking.status, booking.checked_out_at) == (status, None)
    assert not CheckOut.objects.exists()
    assert not Event.objects.exists()


def test_a_guest_who_overstayed_can_still_be_checked_out() -> None:
    booking = BookingFactory(in_house=True)
    days = timedelta(days=9)
    Booking.objects.update(
        check_in_date=booking.check_in_date - days, check_out_date=booking.check_out_date - days
    )

    assert leave(booking).status == BookingStatus.COMPLETED


# -- nothing around it can break it, and it breaks as a whole or not at all ------------------------


def test_a_failure_within_leaves_everything_as_it_was(stay: Booking) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a receiver is broken")

    booking_checked_out.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            leave(stay)
    finally:
        booking_checked_out.disconnect(fail)

    stay.refresh_from_db()
    assert stay.status == BookingStatus.CONFIRMED
    assert room_of(stay).is_occupied
    assert not Event.objects.exists()
    assert not HousekeepingTask.objects.exists()


@pytest.fixture
def redis_is_off() -> Iterator[None]:
    layer = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [f"redis://127.0.0.1:{free_port()}"]},
    }
    with override_settings(CHANNEL_LAYERS={"default": layer}):
        yield


@pytest.mark.django_db(transaction=True)
def test_without_redis_it_succeeds_and_its_events_are_in_the_log(redis_is_off: None) -> None:
    booking = BookingFactory(in_house=True)

    assert leave(booking).status == BookingStatus.COMPLETED

    names = [event.name for event in events_after(booking.hotel.event_stream, 0)]
    assert names == ["room-status-changed", "booking-checked-out"]


@pytest.mark.django_db(transaction=True)
def test_telling_that_fails_fails_no_check_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def publish(*_: Any) -> None:
        def fail() -> None:
            raise ConnectionError("the layer is gone")

        transaction.on_commit(fail, robust=True)

    monkeypatch.setattr(event_log, "publish_on_commit", publish)
    booking = BookingFactory(in_house=True)

    leave(booking)

    booking.refresh_from_db()
    assert booking.status == BookingStatus.COMPLETED
    assert Event.objects.count() == 2


# -- one service ----------------------------------------------------------------------------------

CODE = [*("apps", "backend", "graphql_schema")]
MAKES_ROWS = {"create", "update", "update_or_create", "get_or_create", "Booking", "aupdate"}


def is_completed(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == "COMPLETED"
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "COMPLETED"
        and isinstance(node.value, ast.Name)
        and node.value.id in {"BookingStatus", "B"}
    )


def writers(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_completed(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) for target in targets):
                yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            values = {word.arg: word.value for word in node.keywords}
            if name in MAKES_ROWS and is_completed(values.get("status")):
                yield f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"


def test_one_place_in_the_code_makes_a_booking_completed() -> None:
    files = [
        path
        for room in CODE
        for path in (settings.BASE_DIR / room).rglob("*.py")
        if "migrations" not in path.parts
    ]
    found = [place for path in files for place in writers(path)]

    assert len(files) > 100
    assert len(found) == 1, found
    assert found[0].startswith("apps/bookings/services/checkout.py:")


def test_every_door_leads_to_the_one_check_out() -> None:
    """Doors import the service; none of them has rules of its own."""
    importing = [
        str(path.relative_to(settings.BASE_DIR))
        for room in CODE
        for path in (settings.BASE_DIR / room).rglob("*.py")
        if "checkout_booking" in path.read_text()
    ]

    assert checkout_booking.__module__ == "apps.bookings.services.checkout"
    assert bulk_check_out.__module__ == "apps.bookings.services.bulk"
    assert {
        "apps/bookings/api/checkout_views.py",
        "apps/bookings/services/bulk.py",
        "graphql_schema/bookings/turnover.py",
    } <= set(importing)
