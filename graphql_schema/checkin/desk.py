"""Check-ins in progress, as the desk sees them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
import strawberry_django

from apps.bookings.selectors import get_hotel_booking
from apps.checkin.funnel import check_in_funnel
from apps.checkin.models import CheckInFlow as FlowRow
from apps.checkin.selectors import list_flows, shown_status
from apps.checkin.services import bulk
from apps.checkin.services.desk import resume_flow
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.pagination import page_of
from apps.staff.roles import Permission
from graphql_schema.bookings.desk_types import Booking, BookingInput
from graphql_schema.bookings.turnover_types import (
    BulkCheckIn,
    BulkCheckInInput,
    BulkCheckInResult,
    BulkItemResult,
)
from graphql_schema.checkin.enums import DeviceType, FlowStatus, PinStatus
from graphql_schema.checkin.funnel import CheckInFunnel
from graphql_schema.checkin.types import CheckInFlow
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import hotel_for, staff_of
from graphql_schema.problems import ConflictProblem, NotFoundProblem, problems_as_results

Info = strawberry.Info[Any, None]


@strawberry.type(description="A check-in in progress, for the desk. Its key stays with the guest.")
class StaffCheckInFlow:
    booking: Booking = strawberry.field(description="The booking.")
    step: int = strawberry.field(description="The last step completed.")
    status: FlowStatus = strawberry.field(description="Where the flow stands.")
    pin_status: PinStatus = strawberry.field(description="Whether the PIN is on the locks.")
    full_name: str | None = strawberry.field(description="As the guest entered it.")
    phone_number: str | None = strawberry.field(description="As the guest entered it.")
    email: str | None = strawberry.field(description="As the guest entered it.")
    device_type: DeviceType = strawberry.field(description="What the guest holds.")
    started_at: datetime = strawberry.field(description="When the guest began.")
    expires_at: datetime = strawberry.field(description="When it ends if nothing happens.")

    @classmethod
    def of(cls, row: FlowRow) -> StaffCheckInFlow:
        """Build from a row that comes with its booking, hotel and room."""
        zone = row.booking.hotel.zone
        return cls(
            booking=Booking.of(row.booking),
            step=row.step,
            status=shown_status(row),
            pin_status=PinStatus(row.pin_status),
            full_name=row.full_name or None,
            phone_number=row.phone_number or None,
            email=row.email or None,
            device_type=DeviceType(row.device_type),
            started_at=row.started_at.astimezone(zone),
            expires_at=row.expires_at.astimezone(zone),
        )


ResumeCheckInResult = Annotated[
    CheckInFlow | NotFoundProblem | ConflictProblem, strawberry.union("ResumeCheckInResult")
]


@strawberry.type
class CheckInDeskQuery:
    @strawberry_django.field(description="A hotel's check-ins, newest first.")
    def check_in_flows(
        self,
        info: Info,
        hotel_slug: str,
        status: FlowStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StaffCheckInFlow]:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_BOOKINGS)
        page = page_of(
            list_flows(hotel, status=status), order_by="-started_at", first=first, after=after
        )
        return connection_of(page, StaffCheckInFlow.of)

    @strawberry_django.field(
        description="How far guests come in their check-ins, by day; the last 30 days by default."
    )
    def check_in_funnel(
        self, info: Info, hotel_slug: str, since: date | None = None, until: date | None = None
    ) -> CheckInFunnel:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_REPORTS)
        return CheckInFunnel.of(check_in_funnel(hotel, since=since, until=until))


@strawberry.type
class CheckInDeskMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Go on with a guest's check-in at the desk; the guest's own app goes on too.",
    )
    @problems_as_results(NotFound, Conflict)
    def resume_check_in(self, info: Info, input: BookingInput) -> ResumeCheckInResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        booking = get_hotel_booking(hotel, input.booking_id)
        return CheckInFlow.of(resume_flow(booking=booking, performed_by=staff_of(info).actor))

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Assign rooms and check many guests in; every one has a result of its own.",
    )
    @problems_as_results(Invalid)
    def bulk_check_in(self, info: Info, input: BulkCheckInInput) -> BulkCheckInResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        arrivals = [
            bulk.Arrival(booking_id=item.booking_id, room_number=item.room_number)
            for item in input.items
        ]
        items = bulk.bulk_check_in(
            bulk.BulkCheckIn(
                hotel=hotel,
                arrivals=arrivals,
                staff=staff_of(info),
                is_dry_run=input.dry_run,
            )
        )
        return BulkCheckIn(items=[BulkItemResult.of(item) for item in items], dry_run=input.dry_run)
