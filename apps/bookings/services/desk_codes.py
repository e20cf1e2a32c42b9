"""What the desk does with a stay's codes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import BookingNotConfirmed, CodesMissing, DoorNotFound
from apps.bookings.events import booking_event
from apps.bookings.models import Booking
from apps.bookings.rules import reasons_against_reissue
from apps.bookings.selectors import get_booking_for_update, list_doors
from apps.bookings.services.access import close_doors, reissue_codes
from apps.bookings.services.notices import send_stay_link
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.states import BookingStatus
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.selectors import find_live_grant, list_current_codes
from apps.locks.services.reveals import note_shown
from apps.locks.services.swaps import replace_code


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


@transaction.atomic
def revoke_at_desk(*, booking: Booking, performed_by: str) -> Booking:
    """Take the stay's codes off its doors; the stay itself goes on, and codes can be issued again.

    Raises CodesMissing.
    """
    booking = get_booking_for_update(booking.pk)
    _require_grant(booking)
    close_doors(booking, actor=performed_by, reason="Revoked at the desk.")
    booking_event(booking, "codes-revoked")
    return booking


def swap_at_desk(*, booking: Booking, lock_name: str, performed_by: str) -> AccessGrant:
    """Give the stay another code for one door, in place of one that does not open it.

    Raises CodesMissing, DoorNotFound, NoOtherCode.
    """
    grant = _require_grant(booking)
    door = next((lock for lock in list_doors(booking) if lock.name == lock_name), None)
    if door is None:
        raise DoorNotFound(field="lock_name")
    reason = "Swapped at the desk: it does not open."
    return replace_code(grant_id=grant.pk, lock=door, actor=performed_by, reason=reason)


def show_codes_at_desk(*, booking: Booking, performed_by: str) -> list[AccessCode]:
    """Return the stay's codes, each with its lock, and write down who was shown them.

    Raises CodesMissing.
    """
    grant = _require_grant(booking)
    note_shown(grant, actor=performed_by)
    return list(list_current_codes(grant))


def _require_grant(booking: Booking) -> AccessGrant:
    grant = find_live_grant(booking.lock_holder)
    if grant is None:
        raise CodesMissing
    return grant
