"""Step 1: find the booking and open its check-in, or the stay of a guest who is back.

The booking is locked first and the flow second, as in every other command of a check-in, so two
devices, two tabs and the worker take turns. Nothing here waits for a lock cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.bookings.errors import (
    BookingNotConfirmed,
    BookingNotFound,
    CheckInNotOpen,
    StayEnded,
)
from apps.bookings.models import Booking
from apps.bookings.selectors import find_booking_for_guest, get_booking_for_update
from apps.bookings.services.notices import tell_new_device
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.states import HIDDEN_FROM_GUESTS, BookingStatus
from apps.bookings.stay_window import hotel_today, stay_window
from apps.checkin.errors import VerificationFailed
from apps.checkin.events import flow_changed
from apps.checkin.models import CheckInFlow, CheckInToken
from apps.checkin.selectors import OpenFlow
from apps.checkin.services.analytics import note_started, note_takeover
from apps.checkin.services.expiry import end_unconfirmed
from apps.checkin.services.identity import verify_new_start, verify_return
from apps.checkin.services.start_limits import count_failure, limit_starts
from apps.checkin.services.verification_tries import Attempt, record_failure
from apps.checkin.states import DeviceType, FlowStatus, Step
from apps.common.crypto import new_token, token_digest
from apps.common.log_context import note
from apps.common.statements import KnownInsert

LONGEST_REFERENCE: Final = 64
INSERT_FLOW: Final = KnownInsert(CheckInFlow)
INSERT_TOKEN: Final = KnownInsert(CheckInToken)
GOES_ON: Final = frozenset({FlowStatus.IN_PROGRESS, FlowStatus.COMPLETED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStay:
    """A stay together with a new key to it."""

    booking: Booking
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What a guest brings to the door. ``hotel_slug`` is needed where hotels share a reference.

    ``client_address`` is where the guest calls from; None: from inside, where nobody is limited.
    """

    booking_reference: str
    hotel_slug: str | None = None
    device_type: DeviceType = DeviceType.OTHER
    verification: str | None = None
    client_address: str | None = None


def start_check_in(request: StartRequest) -> OpenFlow | OpenStay:
    """Find the booking and open its check-in, or the stay of a guest who has checked in.

    Raises RateLimited, BookingNotFound, BookingNotConfirmed, CheckInNotOpen, StayEnded,
    VerificationRequired, VerificationFailed.
    """
    limit_starts(request.client_address, request.hotel_slug)
    try:
        booking_pk = _find(request)
    except BookingNotFound:
        count_failure(request.hotel_slug)
        raise
    # Durable: a wrong answer is noted while the booking is locked, so that many at once can't
    # outrun the limit, and is refused after the commit, so that no rollback takes the note away.
    with transaction.atomic(durable=True):
        booking = get_booking_for_update(booking_pk)
        attempt = Attempt(
            answer=request.verification, address=request.client_address, at=timezone.now()
        )
        try:
            return _open(booking, request, attempt)
        except VerificationFailed as wrong:
            record_failure(booking, attempt)
            refusal: VerificationFailed | StayEnded = wrong
        except StayEnded as ended:
            refusal = ended  # the answer was right: that earlier ones are forgiven is to stay
    if isinstance(refusal, VerificationFailed):
        count_failure(booking.hotel.slug)
    raise refusal


def _find(request: StartRequest) -> int:
    reference = request.booking_reference.strip()
    names = [reference, *filter(None, [request.hotel_slug])]
    if not reference or any(len(n) > LONGEST_REFERENCE or not n.isprintable() for n in names):
        raise BookingNotFound(field="booking_reference")
    return find_booking_for_guest(reference, request.hotel_slug)


def _open(booking: Booking, request: StartRequest, attempt: Attempt) -> OpenFlow | OpenStay:
    now = attempt.at
    note(booking=booking.pk)
    if booking.status in HIDDEN_FROM_GUESTS:  # since it was found
        raise BookingNotFound(field="booking_reference")
    if booking.status == BookingStatus.PENDING:
        raise BookingNotConfirmed
    flow, is_completed = _find_flow(booking, now)
    if _has_ended(booking, now):
        verify_return(booking, flow, attempt)
        raise StayEnded
    if is_completed or booking.checked_in_at is not None:
        verify_return(booking, flow, attempt)
        tell_new_device(booking)
        return OpenStay(booking=booking, token=mint_stay_token(booking))
    if not _is_open(booking, now):
        raise CheckInNotOpen
    if flow is not None and flow.step >= Step.DETAILS:
        verify_return(booking, flow, attempt)
        end_other_tokens(flow, keep=None, now=now)
        note_takeover(flow)
        flow_changed(flow)
        return with_new_token(flow)
    verify_new_start(booking, attempt)
    return with_new_token(flow or _new_flow(booking, request.device_type, now))


def _find_flow(booking: Booking, now: datetime) -> tuple[CheckInFlow | None, bool]:
    """Return the booking's flow in progress, and whether one is completed.

    One past its time counts as gone already.
    """
    flows = CheckInFlow.objects.select_for_update().filter(booking=booking, status__in=GOES_ON)
    found = {FlowStatus(flow.status): flow for flow in flows}
    flow = found.get(FlowStatus.IN_PROGRESS)
    if flow is not None and now >= flow.expires_at:
        # The worker ends it within seconds; a guest who is back does not wait for that.
        end_unconfirmed(flow, booking, FlowStatus.EXPIRED)
        flow = None
    return flow, FlowStatus.COMPLETED in found


def _has_ended(booking: Booking, now: datetime) -> bool:
    return booking.status == BookingStatus.COMPLETED or now >= stay_window(booking).ends_at


def _is_open(booking: Booking, now: datetime) -> bool:
    opens = booking.check_in_date - timedelta(days=booking.hotel.online_checkin_opens_days)
    return hotel_today(booking.hotel.zone, now) >= opens


def _new_flow(booking: Booking, device_type: DeviceType, now: datetime) -> CheckInFlow:
    ends = now + flow_lifetime()
    flow = CheckInFlow(
        booking=booking, device_type=device_type, started_at=now, expires_at=ends, due_at=ends
    )
    note_started(INSERT_FLOW.run(flow))
    return flow


def flow_lifetime() -> timedelta:
    """Return how long a flow lives after its last step."""
    return timedelta(minutes=settings.CHECKIN_FLOW_TTL_MINUTES)


def with_new_token(flow: CheckInFlow) -> OpenFlow:
    """Return the flow with one more key to it."""
    token = new_token()
    INSERT_TOKEN.run(CheckInToken(flow=flow, digest=token_digest(token)))
    return OpenFlow(flow=flow, token=token)


def end_other_tokens(flow: CheckInFlow, *, keep: str | None, now: datetime) -> None:
    """Let the flow's keys end, all but ``keep``."""
    others = flow.tokens.filter(ended_at__isnull=True)
    if keep is not None:
        others = others.exclude(digest=token_digest(keep))
    others.update(ended_at=now)
