"""What the desk does with a stay's codes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import BookingNotConfirmed
from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.bookings.rules import reasons_against_reissue
from apps.bookings.selectors import get_booking_for_update
from apps.bookings.services.access import reissue_codes
from apps.bookings.services.notices import send_stay_link
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.states import BookingStatus


@transaction.atomic
def reissue_at_desk(*, booking: Booking, performed_by: str) -> Booking:
    """Give the stay another PIN; the old one leaves the locks.

    Raises StayEnded, BookingNotConfirmed, NoFreePin.
    """
    booking = get_booking_for_update(booking.pk)
    reasons = reasons_against_reissue(booking, now=timezone.now())
    if reasons:
        raise reasons[0]
    reissue_codes(booking, actor=performed_by, reason="Reissued at the desk.")
    booking_event(booking, "codes-reissued")
    return booking


@transaction.atomic
def resend_stay_link(*, booking: Booking, performed_by: str) -> Booking:
    """Send the guest a new key to their stay; earlier ones go on working.

    The hotel's log keeps who asked. Raises BookingNotConfirmed.
    """
    booking = get_booking_for_update(booking.pk)
    if booking.status != BookingStatus.CONFIRMED:
        raise BookingNotConfirmed
    send_stay_link(booking, mint_stay_token(booking))
    booking_event(booking, "stay-link-resent", performed_by=performed_by)
    return booking
