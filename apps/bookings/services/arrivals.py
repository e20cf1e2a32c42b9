"""The moment at which a guest is in house, whichever way it comes about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.events import news_of_booking, tell
from apps.bookings.models import Booking, ExpectedArrival, Room
from apps.bookings.rules import reasons_against_check_in
from apps.bookings.selectors import get_booking_for_update, get_room_for_update
from apps.bookings.services.turnover import record_change
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import stay_window
from apps.common.alerts import clear_alert, raise_alert
from apps.common.jobs import Lease, wake
from apps.common.queries import the_one
from apps.common.statements import store
from apps.locks.models import AccessCode, AccessGrant

GUEST: Final = "guest"
LOOK_AGAIN: Final = timedelta(minutes=5)
ROOM_ALERT: Final = "arrival_room_not_ready"


def take_in(booking: Booking, room: Room, *, now: datetime, source: str, performed_by: str) -> None:
    """Note that the guest is in house; the one place that does. The caller holds the booking's
    and the room's locks and has asked the rules."""
    old = room.status
    booking.checked_in_at = now
    booking.assigned_room = room
    store(booking, "checked_in_at", "updated_at")
    room.is_occupied = True
    store(room, "is_occupied")
    booking.guests.update(room=room)
    stop_expecting(booking)
    news = record_change(room, old=old, performed_by=performed_by, source=source, booking=booking)
    tell(booking.hotel, news, news_of_booking(booking, "booking-checked-in", source=source))


def stop_expecting(booking: Booking) -> None:
    """Wait for the guest no longer, nor let staff wait. The caller holds ``booking``."""
    deleted, _ = ExpectedArrival.objects.filter(booking=booking).delete()
    if deleted:  # staff wait only for who is expected
        scope = booking.hotel.alert_scope
        clear_alert(scope=scope, kind=ROOM_ALERT, subject=booking.booking_id)


def arrive_or_expect(booking: Booking, *, now: datetime, source: str) -> bool:
    """Take the guest in if the arrival day has begun and the room is ready; else expect them.

    The caller holds the lock on ``booking``. Returns whether the guest is in house now.
    """
    if _arrive(booking, now=now, source=source):
        return True
    due = max(stay_window(booking).starts_at, now)
    expected, _ = ExpectedArrival.objects.update_or_create(
        booking=booking, defaults={"due_at": due}
    )
    if due <= now:
        wake(expected)
    return False


def _arrive(booking: Booking, *, now: datetime, source: str) -> bool:
    if booking.checked_in_at is not None:
        return True
    room = _lock_room(booking)
    if room is None or reasons_against_check_in(booking, room, now=now):
        return False
    take_in(booking, room, now=now, source=source, performed_by=GUEST)
    return True


def _lock_room(booking: Booking) -> Room | None:
    room_pk = booking.assigned_room_id
    return None if room_pk is None else get_room_for_update(room_pk)


def work_on_arrival(lease: Lease[ExpectedArrival]) -> None:
    """Take the guest in if that is possible now; else tell staff why and look again."""
    now = timezone.now()
    with transaction.atomic():
        booking = get_booking_for_update(lease.row.booking_id)
        if lease.lock() is None:
            return
        is_over = now >= stay_window(booking).ends_at
        if booking.status != BookingStatus.CONFIRMED or booking.checked_in_at or is_over:
            stop_expecting(booking)
            return
        if _arrive(booking, now=now, source="online_check_in"):
            return
        lease.settle(due_at=max(stay_window(booking).starts_at, now + LOOK_AGAIN))
    if now >= stay_window(booking).starts_at:
        _tell_staff(booking, now)


def _tell_staff(booking: Booking, now: datetime) -> None:
    reasons = reasons_against_check_in(booking, booking.assigned_room, now=now)
    why = " ".join(reason.message for reason in reasons)
    raise_alert(
        scope=booking.hotel.alert_scope,
        kind=ROOM_ALERT,
        subject=booking.booking_id,
        message=f"The guest of {booking.booking_id} checked in online and waits. {why}",
    )


def bring_arrival_forward(booking_pk: int) -> None:
    """A code of the stay was used: the guest is at the door."""
    expected = the_one(ExpectedArrival.objects.filter(booking=booking_pk))
    if expected is None:
        return
    with transaction.atomic():
        ExpectedArrival.objects.filter(pk=expected.pk).update(due_at=timezone.now())
        wake(expected)


def follow_stay(booking: Booking) -> None:
    """Let an arrival that is owed follow the stay's room and hours.

    The caller holds the lock on ``booking``.
    """
    expected = the_one(ExpectedArrival.objects.filter(booking=booking))
    if expected is None:
        return
    now = timezone.now()
    due = max(stay_window(booking).starts_at, now)
    ExpectedArrival.objects.filter(pk=expected.pk).update(due_at=due)
    if due <= now:
        wake(expected)


def has_used_a_code(grant: AccessGrant) -> bool:
    """Answer whether any code of the grant has opened a door."""
    return AccessCode.objects.filter(grant=grant, first_used_at__isnull=False).exists()
