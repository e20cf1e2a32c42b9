"""Live news of this room."""

from __future__ import annotations

from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.checkin.models import CheckInFlow
from apps.common.live import publish_on_commit


def flow_changed(flow: CheckInFlow) -> None:
    """Tell the flow's watchers to look again, once the transaction commits."""
    publish_on_commit(flow.live_group, {"flow_id": str(flow.pk), "status": flow.status})


def pin_event(flow: CheckInFlow) -> None:
    """Tell the hotel how the doors took a guest's PIN; once and last in a transaction.

    Of the worker alone: that a PIN is asked for is no news to wait for, and the step that asks
    would make its guests queue for the hotel's log.
    """
    booking = Booking.objects.select_related("hotel", "assigned_room").get(pk=flow.booking_id)
    booking_event(booking, "pin-status-changed", pin_status=flow.pin_status)
