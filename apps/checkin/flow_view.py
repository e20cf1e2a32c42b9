"""A check-in as its guest may see it: one picture behind every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from apps.bookings.models import Hotel, Room
from apps.bookings.selectors import contact_of
from apps.checkin.errors import FlowExpired, PinFailed
from apps.checkin.models import CheckInFlow
from apps.checkin.selectors import OpenFlow, shown_status
from apps.checkin.states import FlowStatus, PinStatus
from apps.common.errors import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the PIN is not there: a stable code and one sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowView:
    """What the check-in pages show. ``expires_at`` is aware, in UTC; texts are None when empty."""

    token: str
    step: int
    status: FlowStatus
    pin_status: PinStatus
    booking_reference: str
    full_name: str | None
    phone_number: str | None
    email: str | None
    has_car: bool | None
    car_registration: str | None
    expires_at: datetime
    failure: Failure | None
    contact: Contact
    hotel: Hotel
    room: Room | None
    check_in_date: date
    check_out_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PinProgress:
    """What a page that polls needs to know; exactly one of three: ready, failed, or neither yet."""

    ready: bool
    failed: bool
    error: str | None


def view_flow(opened: OpenFlow) -> FlowView:
    """Gather what the holder of the key sees of a flow that comes with booking, hotel and room."""
    flow, booking = opened.flow, opened.flow.booking
    status = shown_status(flow)
    shows_person = status == FlowStatus.IN_PROGRESS  # one that has ended keeps nobody in view
    return FlowView(
        token=opened.token,
        step=flow.step,
        status=status,
        pin_status=PinStatus(flow.pin_status),
        booking_reference=booking.booking_reference,
        full_name=(flow.full_name or None) if shows_person else None,
        phone_number=(flow.phone_number or None) if shows_person else None,
        email=(flow.email or None) if shows_person else None,
        has_car=flow.has_car if shows_person else None,
        car_registration=(flow.car_registration or None) if shows_person else None,
        expires_at=flow.expires_at,
        failure=_failure_of(flow),
        contact=contact_of(booking.hotel),
        hotel=booking.hotel,
        room=booking.assigned_room if status == FlowStatus.COMPLETED else None,
        check_in_date=booking.check_in_date,
        check_out_date=booking.check_out_date,
    )


def _failure_of(flow: CheckInFlow) -> Failure | None:
    if flow.pin_status != PinStatus.FAILED:
        return None
    return Failure(code=PinFailed.code, message=PinFailed.sentence)


def view_pin_progress(flow: CheckInFlow) -> PinProgress:
    """Tell whether waiting is over; nobody is left to wait for the PIN of a flow that has ended."""
    if shown_status(flow) in {FlowStatus.EXPIRED, FlowStatus.CANCELLED}:
        return PinProgress(ready=False, failed=True, error=FlowExpired.sentence)
    failure = _failure_of(flow)
    return PinProgress(
        ready=flow.pin_status == PinStatus.READY,
        failed=failure is not None,
        error=failure.message if failure else None,
    )
