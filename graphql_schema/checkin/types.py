"""The check-in flow, its inputs and its results."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from apps.checkin.flow_view import Failure, view_flow
from apps.checkin.selectors import OpenFlow
from graphql_schema.bookings.types import GuestRoom, Hotel, Stay
from graphql_schema.checkin.enums import DeviceType, FlowStatus, PinStatus
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


@strawberry.type(description="Why the PIN is not there.")
class CheckInFailure:
    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="One sentence for the guest.")

    @classmethod
    def of(cls, failure: Failure | None) -> CheckInFailure | None:
        """Translate, keeping None."""
        return None if failure is None else cls(code=failure.code, message=failure.message)


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
        view = view_flow(opened)
        return cls(
            token=view.token,
            step=view.step,
            status=view.status,
            pin_status=view.pin_status,
            booking_reference=view.booking_reference,
            full_name=view.full_name,
            phone_number=view.phone_number,
            email=view.email,
            has_car=view.has_car,
            car_registration=view.car_registration,
            expires_at=view.expires_at.astimezone(view.hotel.zone),
            failure=CheckInFailure.of(view.failure),
            contact=Contact.of(view.contact),
            hotel=Hotel.of(view.hotel),
            room=GuestRoom.of(view.room),
            check_in_date=view.check_in_date,
            check_out_date=view.check_out_date,
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
