"""What this room hears from the rooms below."""

from __future__ import annotations

from typing import Any

from apps.bookings.models import Booking
from apps.bookings.signals import booking_closed, guest_erased
from apps.checkin.models import CheckInFlow
from apps.checkin.services.expiry import end_unconfirmed
from apps.checkin.services.forgetting import forget_guest
from apps.checkin.services.pin_status import follow_grant
from apps.checkin.states import FlowStatus
from apps.locks.models import AccessGrant
from apps.locks.signals import access_grant_changed


def connect() -> None:
    """Begin to listen."""
    access_grant_changed.connect(_grant_changed, dispatch_uid="checkin.follow_grant")
    booking_closed.connect(_booking_closed, dispatch_uid="checkin.end_flow")
    guest_erased.connect(_guest_erased, dispatch_uid="checkin.forget_guest")


def _grant_changed(*, grant: AccessGrant, **_: Any) -> None:
    follow_grant(grant)


def _booking_closed(*, booking: Booking, **_: Any) -> None:
    """A booking that will not be stayed has no check-in; its row is locked by the sender."""
    flows = CheckInFlow.objects.select_for_update().filter(booking=booking)
    for flow in flows.filter(status=FlowStatus.IN_PROGRESS):
        end_unconfirmed(flow, booking, FlowStatus.CANCELLED)


def _guest_erased(*, booking: Booking, **_: Any) -> None:
    forget_guest(booking)
