"""What becomes of a stay's chat and orders when the guest leaves.

Hidden at once, as they are; shown again when the check-out is undone; deleted when it can't be
undone any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.states import BookingStatus
from apps.common.jobs import Lease
from apps.concierge.events import stay_changed
from apps.concierge.models import Conversation, DepartedStay, Message, RoomServiceOrder


def hide_services(booking: Booking) -> None:
    """Take chat and orders away from both sides. The caller holds the lock on ``booking``."""
    DepartedStay.objects.bulk_create(  # one statement, however much there is to hide
        [DepartedStay(booking=booking, due_at=_undo_ends_at(booking, timezone.now()))],
        update_conflicts=True,
        unique_fields=["booking"],
        update_fields=["due_at"],
    )
    stay_changed(booking)


def _undo_ends_at(booking: Booking, checked_out_at: datetime) -> datetime:
    return checked_out_at + timedelta(minutes=booking.hotel.undo_check_out_minutes)


def show_services_again(booking: Booking) -> None:
    """Bring chat and orders back as they were. The caller holds the lock on ``booking``."""
    DepartedStay.objects.filter(booking=booking).delete()
    stay_changed(booking)


def work_on_departure(lease: Lease[DepartedStay]) -> None:
    """Delete what was hidden; of a stay that goes on again, nothing."""
    now = timezone.now()
    with transaction.atomic():
        booking = get_booking_for_update(lease.row.booking_id)
        departed = lease.lock()
        if departed is None:
            return
        if booking.status == BookingStatus.COMPLETED and booking.checked_out_at is not None:
            ends_at = _undo_ends_at(booking, booking.checked_out_at)
            if now < ends_at:  # the hotel gives itself more time than it did at the check-out
                lease.settle(due_at=ends_at)
                return
            delete_services(booking)
        departed.delete()


def delete_services(booking: Booking) -> Mapping[str, Sequence[int | str]]:
    """Delete the stay's chat and orders, and return the keys of what was deleted, for audits.

    The caller holds the lock on ``booking``.
    """
    messages = Message.objects.filter(conversation__booking=booking)
    orders = RoomServiceOrder.objects.filter(booking=booking)
    removed: dict[str, Sequence[int | str]] = {
        "messages": [str(pk) for pk in messages.order_by("number").values_list("pk", flat=True)],
        "room_service_orders": sorted(orders.values_list("pk", flat=True)),
    }
    Conversation.objects.filter(booking=booking).delete()
    orders.delete()
    DepartedStay.objects.filter(booking=booking).delete()
    return removed


def erase_words(booking: Booking) -> None:
    """Empty what was written during the stay; who wrote when remains."""
    Message.objects.filter(conversation__booking=booking).update(body="")
    RoomServiceOrder.objects.filter(booking=booking).update(note="")
