"""A flow that is left unconfirmed ends, and takes its codes off the locks with it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.access import close_doors
from apps.checkin.events import flow_changed
from apps.checkin.models import CheckInFlow
from apps.checkin.states import FlowStatus
from apps.common.jobs import Lease


def expire_flow(lease: Lease[CheckInFlow]) -> None:
    """End the flow if its time is over; a flow that was prolonged owes its end later."""
    with transaction.atomic():
        booking = get_booking_for_update(lease.row.booking_id)
        flow = lease.lock()
        if flow is None:
            return
        if flow.status != FlowStatus.IN_PROGRESS:
            lease.settle()
            return
        if timezone.now() < flow.expires_at:
            lease.settle(due_at=flow.expires_at)
            return
        flow.move_to(FlowStatus.EXPIRED)
        flow.save(update_fields=["status", "updated_at"])
        lease.settle()
        if booking.checked_in_at is None:  # else the desk took the guest in meanwhile
            close_doors(booking, actor="worker", reason="The check-in was left unconfirmed.")
        flow_changed(flow)
