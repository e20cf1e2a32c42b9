"""A flow that is left unconfirmed ends, and takes its codes off the locks with it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.access import close_doors
from apps.checkin.events import flow_changed
from apps.checkin.models import CheckInFlow
from apps.checkin.services.analytics import note_end
from apps.checkin.states import FlowStatus
from apps.common.jobs import Lease

WORKER = "worker"


def expire_flow(lease: Lease[CheckInFlow]) -> None:
    """End the flow if its time is over; a flow that was prolonged owes its end later."""
    with transaction.atomic():
        booking = get_booking_for_update(lease.row.booking_id)
        flow = lease.lock()
        if flow is None:
            return
        is_live = flow.status == FlowStatus.IN_PROGRESS
        if is_live and timezone.now() < flow.expires_at:
            lease.settle(due_at=flow.expires_at)
            return
        lease.settle()
        if is_live:
            end_unconfirmed(flow, booking, FlowStatus.EXPIRED)


def end_unconfirmed(flow: CheckInFlow, booking: Booking, status: FlowStatus) -> None:
    """End a flow in progress as ``status``. The caller holds the booking's and the flow's locks."""
    flow.move_to(status)
    flow.due_at = None
    flow.save(update_fields=["status", "due_at", "updated_at"])
    note_end(flow)
    if booking.checked_in_at is None:  # else the desk took the guest in meanwhile
        close_doors(booking, actor=WORKER, reason=f"The check-in ended {status.label}.")
    flow_changed(flow)
