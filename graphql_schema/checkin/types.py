"""The check-in flow, its inputs and its results."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from apps.bookings.selectors import contact_of
from apps.checkin.selectors import OpenFlow, shown_status
from apps.checkin.states import DeviceType, FlowStatus, PinStatus
from graphql_schema.bookings.types import GuestRoom, Hotel, Stay
from graphql_schema.problems import (
    ConflictProblem,
    Contact,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    PendingProblem,
    PinFailedProblem,
    RateLimitedProblem,
)

strawberry.enum(DeviceType, name="DeviceType", description="What the guest holds in their hands.")
strawberry.enum(
    FlowStatus, name="CheckInFlowStatus", description="Where a check-in stands as a whole."
)
strawberry.enum(PinStatus, name="PinStatus", description="Whether the PIN is on the locks.")


@strawberry.type(description="Why the PIN is not there.")
class CheckInFailure:
    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="One sentence for the guest.")


@strawberry.type(description="A self check-in under way. It never shows the PIN: the stay does.")
class CheckInFlow:
    token: str = strawberry.field(description="The key to this flow.")
    step: int = strawberry.field(
        description="The last step completed: 1 found, 2 details, 3 parking, 4 confirmed."
    )
    status: FlowStatus = strawberry.field(description="Where the flow stands.")
    pin_status: PinStatus = strawberry.field(description="Whether the PIN is on the locks.")
    booking_reference: str = strawberry.field(description="The reference that was typed.")
    full_name: str | None = strawberry.field(description="As entered.")
    phone_number: str | None = strawberry.field(description="As entered, in E.164.")
    email: str | None = strawberry.field(description="As entered.")
    has_car: bool | None = strawberry.field(description="As entered.")
    car_registration: str | None = strawberry.field(description="As entered, normalised.")
    expires_at: datetime = strawberry.field(description="When the flow ends if nothing happens.")
    failure: CheckInFailure | None = strawberry.field(description="Set while the PIN has FAILED.")
    contact: Contact | None = strawberry.field(description="The hotel's people.")
    hotel: Hotel = strawberry.field(description="The hotel.")
    room: GuestRoom | None = strawberry.field(description="Null until the flow is COMPLETED.")
    check_in_date: date = strawberry.field(description="The day of arrival, in the hotel's zone.")
    check_out_date: date = strawberry.field(description="The day of departure.")

    @classmethod
    def of(cls, opened: OpenFlow) -> CheckInFlow:
        """Build from a flow that comes with its booking, hotel and room."""
        flow, booking = opened.flow, opened.flow.booking
        status = shown_status(flow)
        # A flow that ended badly keeps no personal data in view.
        shows_person = status in {FlowStatus.IN_PROGRESS, FlowStatus.COMPLETED}
        is_done = status == FlowStatus.COMPLETED
        return cls(
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
            expires_at=flow.expires_at.astimezone(booking.hotel.zone),
            failure=_failure_of(flow.pin_status),
            contact=Contact.of(contact_of(booking.hotel)),
            hotel=Hotel.of(booking.hotel),
            room=GuestRoom.of(booking.assigned_room) if is_done else None,
            check_in_date=booking.check_in_date,
            check_out_date=booking.check_out_date,
        )


def _failure_of(pin_status: str) -> CheckInFailure | None:
    if pin_status != PinStatus.FAILED:
        return None
    return CheckInFailure(
        code="PIN_FAILED",
        message="Your PIN could not be set. Please contact the hotel; they can let you in.",
    )


@strawberry.input(description="Step 1.")
class StartCheckInInput:
    booking_reference: str
    hotel_slug: str | None = None
    device_type: DeviceType | None = None
    verification: str | None = strawberry.field(
        default=None,
        description="What the hotel asks for: a last name, or the last four digits of a phone.",
    )


@strawberry.input(description="Step 2.")
class SubmitGuestDetailsInput:
    token: str
    full_name: str
    phone_number: str
    phone_region: str | None = strawberry.field(
        default=None, description="For a number without country code, such as IE."
    )
    email: str | None = None


@strawberry.input(description="Step 3.")
class SubmitParkingInput:
    token: str
    has_car: bool
    car_registration: str | None = None


@strawberry.input(description="Step 4.")
class ConfirmCheckInInput:
    token: str


StartCheckInResult = Annotated[
    CheckInFlow | Stay | NotFoundProblem | ForbiddenProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("StartCheckInResult"),
]
CheckInFlowResult = Annotated[
    CheckInFlow | NotFoundProblem | InvalidProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("CheckInFlowResult"),
]
ConfirmCheckInResult = Annotated[
    Stay | NotFoundProblem | ConflictProblem | PendingProblem | PinFailedProblem,
    strawberry.union("ConfirmCheckInResult"),
]
