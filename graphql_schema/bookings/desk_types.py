"""Bookings, rooms and people, as staff see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.utils import timezone

from apps.bookings.desk_lists import name_of_guest
from apps.bookings.models import Booking as BookingRow
from apps.bookings.models import Hotel as HotelRow
from apps.bookings.models import Room as RoomRow
from apps.bookings.rules import AllowedAction as ActionAnswer
from apps.bookings.rules import allowed_actions
from apps.bookings.states import BookingStatus, RoomStatus
from apps.common.models import Alert as AlertRow
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Role
from graphql_schema.bookings.types import Hotel, Stay
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    UnavailableProblem,
)

strawberry.enum(BookingStatus, name="BookingStatus", description="Where a booking stands.")
strawberry.enum(RoomStatus, name="RoomStatus", description="The one word for a room.")
strawberry.enum(Role, name="StaffRole", description="What somebody does at a hotel.")


@strawberry.type(description="A room, as staff see it.")
class Room:
    id: int = strawberry.field(description="The number that bulk operations and REST take.")
    number: str = strawberry.field(description="The number on the door.")
    status: RoomStatus = strawberry.field(description="Occupancy and condition in one word.")
    is_occupied: bool = strawberry.field(description="Whether a guest is in house there.")

    @classmethod
    def of(cls, row: RoomRow) -> Room:
        """Build from a row."""
        return cls(
            id=row.pk, number=row.number, status=RoomStatus(row.status), is_occupied=row.is_occupied
        )


@strawberry.type(description="Why something can't be done.")
class Reason:
    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="One sentence.")


@strawberry.type(description="What may be done with a booking now: the same answer that refuses.")
class AllowedAction:
    action: str = strawberry.field(description="Such as CHECK_OUT.")
    is_allowed: bool = strawberry.field(description="Whether nothing stands against it.")
    reasons: list[Reason] = strawberry.field(description="What stands against it.")

    @classmethod
    def of(cls, answer: ActionAnswer) -> AllowedAction:
        """Build from the rules' answer."""
        return cls(
            action=answer.action,
            is_allowed=answer.is_allowed,
            reasons=[Reason(code=r.code, message=r.message) for r in answer.reasons],
        )


@strawberry.type(description="A booking, as staff see it.")
class Booking:
    booking_id: str = strawberry.field(description="The hotel's own id.")
    booking_reference: str = strawberry.field(description="What the guest types.")
    status: BookingStatus = strawberry.field(description="In house is CONFIRMED and checked in.")
    check_in_date: date = strawberry.field(description="Arrival, in the hotel's zone.")
    check_out_date: date = strawberry.field(description="Departure.")
    checked_in_at: datetime | None = strawberry.field(description="Since when in house.")
    checked_out_at: datetime | None = strawberry.field(description="When checked out.")
    assigned_room: Room | None = strawberry.field(description="The room, if one is assigned.")
    row: strawberry.Private[BookingRow]

    @strawberry_django.field(description="Who stays: as checked in, or as on file before that.")
    def guest_name(self) -> str | None:
        return name_of_guest(self.row) or None

    @strawberry_django.field(description="What may be done with it, and why not.")
    def allowed_actions(self) -> list[AllowedAction]:
        answers = allowed_actions(self.row, now=timezone.now())
        return [AllowedAction.of(answer) for answer in answers]

    @classmethod
    def of(cls, row: BookingRow) -> Booking:
        """Build from a row that comes with its hotel and room."""
        zone = row.hotel.zone
        return cls(
            booking_id=row.booking_id,
            booking_reference=row.booking_reference,
            status=BookingStatus(row.status),
            check_in_date=row.check_in_date,
            check_out_date=row.check_out_date,
            checked_in_at=row.checked_in_at.astimezone(zone) if row.checked_in_at else None,
            checked_out_at=row.checked_out_at.astimezone(zone) if row.checked_out_at else None,
            assigned_room=Room.of(row.assigned_room) if row.assigned_room else None,
            row=row,
        )


@strawberry.type(description="A hotel that somebody works at.")
class StaffMembership:
    hotel: Hotel = strawberry.field(description="The hotel.")
    role: Role = strawberry.field(description="What they do there.")


@strawberry.type(description="Who is logged in.")
class StaffMember:
    username: str = strawberry.field(description="The login's name.")
    display_name: str = strawberry.field(description="For people to read.")
    is_superuser: bool = strawberry.field(description="May do everything everywhere.")
    memberships: list[StaffMembership] = strawberry.field(description="Where they work.")

    @classmethod
    def of(cls, identity: StaffIdentity) -> StaffMember:
        """Build from an identity; one query for the hotels."""
        hotels = HotelRow.objects.filter(pk__in=identity.roles).order_by("name")
        return cls(
            username=identity.username,
            display_name=identity.display_name,
            is_superuser=identity.is_superuser,
            memberships=[
                StaffMembership(hotel=Hotel.of(hotel), role=identity.roles[hotel.pk])
                for hotel in hotels
            ],
        )


@strawberry.type(description="Something that a person should look at; it closes by itself.")
class Alert:
    id: strawberry.ID = strawberry.field(description="The alert.")
    kind: str = strawberry.field(description="What it is about, for programs.")
    subject: str = strawberry.field(description="Which booking, lock or other thing.")
    message: str = strawberry.field(description="What is wrong and what to do.")
    opened_at: datetime = strawberry.field(description="Since when, in UTC.")

    @classmethod
    def of(cls, row: AlertRow) -> Alert:
        """Build from a row."""
        return cls(
            id=strawberry.ID(str(row.pk)),
            kind=row.kind,
            subject=row.subject,
            message=row.message,
            opened_at=row.opened_at,
        )


@strawberry.input(description="Names one booking of a hotel.")
class BookingInput:
    hotel_slug: str
    booking_id: str


@strawberry.input(description="Who stays, as typed at the desk.")
class DeskGuestInput:
    full_name: str
    phone_number: str | None = None
    phone_region: str | None = strawberry.field(
        default=None, description="For a number without country code, such as IE."
    )
    email: str | None = None
    car_registration: str | None = None


@strawberry.input(description="A check-in at the desk.")
class CheckInBookingInput:
    hotel_slug: str
    booking_id: str
    room_number: str | None = strawberry.field(
        default=None, description="Another room than the assigned one."
    )
    guest: DeskGuestInput | None = strawberry.field(
        default=None, description="For a walk-in of whom nothing is on file, or to put it right."
    )


@strawberry.input(description="My code does not work.")
class ReportCodeProblemInput:
    stay_token: str
    lock_name: str | None = strawberry.field(
        default=None, description="Which door; without it, those that never opened."
    )


@strawberry.input(description="Another car, or none.")
class UpdateCarRegistrationInput:
    stay_token: str
    car_registration: str | None = None


CheckInBookingResult = Annotated[
    Booking | NotFoundProblem | InvalidProblem | ConflictProblem | UnavailableProblem,
    strawberry.union("CheckInBookingResult"),
]
StayResult = Annotated[
    Stay | NotFoundProblem | InvalidProblem | ConflictProblem, strawberry.union("StayResult")
]
ReportCodeProblemResult = Annotated[
    Stay | NotFoundProblem | ConflictProblem | UnavailableProblem,
    strawberry.union("ReportCodeProblemResult"),
]
