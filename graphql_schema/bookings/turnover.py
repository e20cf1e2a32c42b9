"""Check-out, rooms and housekeeping over GraphQL."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django

from apps.bookings.selectors import get_hotel_booking, get_hotel_room
from apps.bookings.services import bulk
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.housekeeping import list_tasks, update_task
from apps.bookings.services.moves import StayChange, change_stay, move_booking
from apps.bookings.services.turnover import set_room_status
from apps.bookings.services.undo import undo_check_out
from apps.bookings.states import TaskStatus
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.pagination import page_of
from apps.staff.roles import Permission
from graphql_schema.bookings.desk_types import Booking, Room
from graphql_schema.bookings.turnover_types import (
    BulkCheckOut,
    BulkCheckOutInput,
    BulkCheckOutResult,
    BulkItemResult,
    ChangeStayInput,
    ChangeStayResult,
    CheckOutBookingInput,
    CheckOutBookingResult,
    HousekeepingTask,
    HousekeepingTaskResult,
    MoveBookingInput,
    MoveBookingResult,
    SetRoomStatusInput,
    SetRoomStatusResult,
    UndoCheckOutInput,
    UndoCheckOutResult,
    UpdateHousekeepingTaskInput,
)
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import hotel_for, staff_of
from graphql_schema.problems import problems_as_results

Info = strawberry.Info[Any, None]
GRAPHQL = "graphql"


@strawberry.type
class TurnoverQuery:
    @strawberry_django.field(description="Rooms to be made ready, oldest first.")
    def housekeeping_tasks(
        self,
        info: Info,
        hotel_slug: str,
        status: TaskStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[HousekeepingTask]:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_ROOMS)
        rows = list_tasks(hotel, status=status)
        page = page_of(rows, order_by="created_at", first=first, after=after)
        return connection_of(page, HousekeepingTask.of)


@strawberry.type
class TurnoverMutation:
    @strawberry_django.mutation(
        handle_django_errors=False, description="End a stay. Again is the same success."
    )
    @problems_as_results(NotFound, Conflict)
    def check_out_booking(self, info: Info, input: CheckOutBookingInput) -> CheckOutBookingResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        booking = get_hotel_booking(hotel, input.booking_id)
        return Booking.of(
            checkout_booking(booking=booking, performed_by=staff_of(info).actor, source=GRAPHQL)
        )

    @strawberry_django.mutation(
        handle_django_errors=False, description="End the stays of many rooms, one by one."
    )
    @problems_as_results(Invalid)
    def bulk_check_out(self, info: Info, input: BulkCheckOutInput) -> BulkCheckOutResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        items = bulk.bulk_check_out(
            bulk.BulkCheckOut(
                hotel=hotel,
                room_ids=input.room_ids,
                staff=staff_of(info),
                is_destructive=input.destructive,
                is_dry_run=input.dry_run,
            )
        )
        return BulkCheckOut(
            items=[BulkItemResult.of(item) for item in items], dry_run=input.dry_run
        )

    @strawberry_django.mutation(
        handle_django_errors=False, description="Take a check-out back: the guest is still here."
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def undo_check_out(self, info: Info, input: UndoCheckOutInput) -> UndoCheckOutResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        booking = get_hotel_booking(hotel, input.booking_id)
        return Booking.of(
            undo_check_out(booking=booking, performed_by=staff_of(info).actor, reason=input.reason)
        )

    @strawberry_django.mutation(
        handle_django_errors=False, description="Give a booking a room before arrival."
    )
    @problems_as_results(NotFound, Conflict)
    def assign_room(self, info: Info, input: MoveBookingInput) -> MoveBookingResult:
        return _move(info, input)

    @strawberry_django.mutation(
        handle_django_errors=False, description="Move a stay to another room; its codes move too."
    )
    @problems_as_results(NotFound, Conflict)
    def move_booking(self, info: Info, input: MoveBookingInput) -> MoveBookingResult:
        return _move(info, input)

    @strawberry_django.mutation(
        handle_django_errors=False, description="Other dates or hours: the same PIN."
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def change_stay(self, info: Info, input: ChangeStayInput) -> ChangeStayResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        change = StayChange(
            check_in_date=input.check_in_date,
            check_out_date=input.check_out_date,
            early_check_in_time=input.early_check_in_time,
            late_check_out_time=input.late_check_out_time,
        )
        booking = get_hotel_booking(hotel, input.booking_id)
        return Booking.of(
            change_stay(booking=booking, change=change, performed_by=staff_of(info).actor)
        )

    @strawberry_django.mutation(
        handle_django_errors=False, description="Set a vacant room's state."
    )
    @problems_as_results(NotFound, Conflict)
    def set_room_status(self, info: Info, input: SetRoomStatusInput) -> SetRoomStatusResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.TURN_ROOMS)
        room = set_room_status(
            room=get_hotel_room(hotel, input.room_number),
            status=input.status,
            performed_by=staff_of(info).actor,
            source=GRAPHQL,
            note=input.note or "",
        )
        return Room.of(room)

    @strawberry_django.mutation(
        handle_django_errors=False, description="Take, begin or end the cleaning of a room."
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def update_housekeeping_task(
        self, info: Info, input: UpdateHousekeepingTaskInput
    ) -> HousekeepingTaskResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.TURN_ROOMS)
        task = update_task(
            hotel=hotel,
            task_id=str(input.task_id),
            status=input.status,
            assignee=input.assignee,
            performed_by=staff_of(info).actor,
        )
        return HousekeepingTask.of(task)


def _move(info: Info, input: MoveBookingInput) -> Booking:
    hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
    booking = get_hotel_booking(hotel, input.booking_id)
    room = get_hotel_room(hotel, input.room_number)
    return Booking.of(move_booking(booking=booking, room=room, performed_by=staff_of(info).actor))
