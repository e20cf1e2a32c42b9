"""Steps 2 to 4 of a self check-in: details, parking, confirm.

Every command locks the booking first and the flow second, so two devices, two tabs and the
worker take turns. None of them waits for a lock cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.cleaning import (
    clean_email,
    clean_name,
    clean_phone,
    clean_region,
    clean_registration,
)
from apps.bookings.errors import PinIssuesSpent
from apps.bookings.selectors import bookings_for_update, contact_of
from apps.bookings.services.access import open_doors, require_issues_left
from apps.bookings.services.arrivals import arrive_or_expect
from apps.bookings.services.notices import send_stay_link
from apps.bookings.services.stays import (
    GuestDetails,
    mint_stay_token,
    mint_stay_tokens,
    register_primary_guest,
)
from apps.bookings.states import BookingStatus
from apps.checkin import errors
from apps.checkin.events import flow_changed
from apps.checkin.models import CheckInFlow
from apps.checkin.selectors import OpenFlow
from apps.checkin.services.analytics import note_confirmed, note_step
from apps.checkin.services.pin_status import apply_grant_state
from apps.checkin.services.starting import OpenStay, end_other_tokens, flow_lifetime
from apps.checkin.states import FlowStatus, PinStatus, Step
from apps.common.crypto import token_digest
from apps.common.log_context import note
from apps.common.statements import Given, KnownRead, store
from apps.locks.errors import NoFreePin

REVEALED_AFTER_COMPLETION: Final = timedelta(minutes=30)
GUEST: Final = "guest"
# A step asks how the grant stands, and never for what would have to be decrypted.
SECRETS_OF_GRANT: Final = ("access_grant__pin", "access_grant__own_numbers")

BOOKING: Final = KnownRead(
    lambda: bookings_for_update().filter(
        checkin_flows__tokens__digest=Given("digest"),
        checkin_flows__tokens__ended_at__isnull=True,
    )
)
FLOW: Final = KnownRead(
    lambda: (
        CheckInFlow.objects.select_for_update(of=("self",))
        .filter(tokens__digest=Given("digest"), tokens__ended_at__isnull=True)
        .select_related("access_grant")
        .defer(*SECRETS_OF_GRANT)
    )
)


def get_flow_for_update(token: str) -> CheckInFlow:
    """Return the flow that ``token`` opens, with its booking and itself locked, in that order.

    Raises FlowNotFound.
    """
    digest = token_digest(token)
    booking = BOOKING.one(digest=digest)
    # The key is asked for again: it may have ended while this device waited for the booking.
    flow = FLOW.one(digest=digest) if booking is not None else None
    if booking is None or flow is None:
        raise errors.FlowNotFound
    note(flow=flow.pk, booking=booking.pk)
    flow.booking = booking
    return flow


def _require_in_progress(flow: CheckInFlow, *, after: Step, now: datetime) -> None:
    """Raises FlowExpired, StepOutOfOrder."""
    is_open = flow.status == FlowStatus.IN_PROGRESS and now < flow.expires_at
    if not is_open or flow.booking.status != BookingStatus.CONFIRMED:
        raise errors.FlowExpired
    if flow.step < after:
        raise errors.StepOutOfOrder


def _complete_step(flow: CheckInFlow, step: Step, now: datetime) -> None:
    """Note the step and give the flow its full time again; going back never loses a later step."""
    note_step(flow, step)
    flow.step = max(flow.step, step)
    flow.expires_at = now + flow_lifetime()
    flow.due_at = flow.expires_at
    store(flow)
    flow_changed(flow)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsRequest:
    """Step 2 as typed. ``phone_region`` is for numbers without a country code."""

    token: str
    full_name: str
    phone_number: str
    phone_region: str | None = None
    email: str | None = None


@transaction.atomic
def submit_details(request: DetailsRequest) -> OpenFlow:
    """Store who the guest is and ask for the PIN; it arrives later, by the worker.

    Saying it again changes the details and keeps the PIN. The first device to get here owns the
    flow. Raises FlowNotFound, FlowExpired, InvalidName, InvalidPhone, InvalidEmail.
    """
    now = timezone.now()
    flow = get_flow_for_update(request.token)
    _require_in_progress(flow, after=Step.FOUND, now=now)
    region = clean_region(request.phone_region, flow.booking.hotel.phone_region)
    flow.full_name = clean_name(request.full_name)
    flow.phone_number = clean_phone(request.phone_number, region)
    flow.email = clean_email(request.email)
    end_other_tokens(flow, keep=request.token, now=now)
    _ask_for_pin(flow, now)
    _complete_step(flow, Step.DETAILS, now)
    return OpenFlow(flow=flow, token=request.token)


def _ask_for_pin(flow: CheckInFlow, now: datetime) -> None:
    """Ask the locks room. The grant's rows are the promise; the wake-up call may be lost."""
    flow.pin_asked_at = flow.pin_asked_at or now
    try:
        require_issues_left(flow.booking)
        grant = open_doors(
            flow.booking,
            actor=GUEST,
            reason="Self check-in: details given.",
            own_numbers=[flow.phone_number, flow.car_registration],
        )
    except (NoFreePin, PinIssuesSpent):
        flow.pin_status = PinStatus.FAILED
        return
    if grant is None:
        # Nothing to open by code: fine where the hotel has no locks, a matter for the desk where
        # the booking has no room yet.
        has_room = flow.booking.assigned_room is not None
        flow.pin_status = PinStatus.READY if has_room else PinStatus.FAILED
        flow.pin_ready_at = now if has_room else None
        return
    flow.access_grant = grant
    if flow.pin_status == PinStatus.NOT_STARTED:
        flow.pin_status = PinStatus.GENERATING
    apply_grant_state(flow)


@transaction.atomic
def submit_parking(*, token: str, has_car: bool, car_registration: str | None) -> OpenFlow:
    """Store whether the guest has a car, and which.

    Raises FlowNotFound, FlowExpired, StepOutOfOrder, InvalidCarRegistration.
    """
    now = timezone.now()
    flow = get_flow_for_update(token)
    _require_in_progress(flow, after=Step.DETAILS, now=now)
    flow.has_car = has_car
    flow.car_registration = clean_registration(car_registration) if has_car else ""
    _complete_step(flow, Step.PARKING, now)
    return OpenFlow(flow=flow, token=token)


@transaction.atomic
def confirm_check_in(*, token: str) -> OpenStay:
    """Complete the check-in if the PIN is on the locks; a completed one answers its stay again.

    Raises FlowNotFound, FlowExpired, StepOutOfOrder, PinPending, PinFailed.
    """
    now = timezone.now()
    flow = get_flow_for_update(token)
    booking = flow.booking
    if flow.status == FlowStatus.COMPLETED:
        _require_recent(flow, now)
        return OpenStay(booking=booking, token=mint_stay_token(booking))
    _require_in_progress(flow, after=Step.PARKING, now=now)
    apply_grant_state(flow)
    if flow.pin_status == PinStatus.FAILED:
        raise errors.PinFailed(
            contact=contact_of(booking.hotel), booking_reference=booking.booking_reference
        )
    if flow.pin_status != PinStatus.READY:
        raise errors.PinPending
    return _complete(flow, now)


def _require_recent(flow: CheckInFlow, now: datetime) -> None:
    if flow.completed_at is None or now >= flow.completed_at + REVEALED_AFTER_COMPLETION:
        raise errors.FlowNotFound


def _complete(flow: CheckInFlow, now: datetime) -> OpenStay:
    booking = flow.booking
    guest = register_primary_guest(
        booking,
        GuestDetails(
            full_name=flow.full_name,
            phone_number=flow.phone_number,
            email=flow.email,
            car_registration=flow.car_registration,
        ),
    )
    flow.move_to(FlowStatus.COMPLETED)
    flow.step = Step.CONFIRMED
    flow.completed_at = now
    flow.due_at = None
    store(flow)
    note_confirmed(flow)
    for_message, for_answer = mint_stay_tokens(booking, 2)
    send_stay_link(booking, for_message, guest=guest)
    arrive_or_expect(booking, now=now, source="online_check_in")
    flow_changed(flow)
    return OpenStay(booking=booking, token=for_answer)
