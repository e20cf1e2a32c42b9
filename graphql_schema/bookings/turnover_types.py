"""Check-outs, moves, rooms and housekeeping: what is asked and answered."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

import strawberry

from apps.bookings.models import HousekeepingTask as TaskRow
from apps.bookings.services import bulk
from apps.bookings.states import RoomStatus, TaskStatus
from graphql_schema.bookings.desk_types import Booking, Room
from graphql_schema.problems import ConflictProblem, InvalidProblem, NotFoundProblem

strawberry.enum(TaskStatus, name="HousekeepingTaskStatus", description="Where the cleaning is.")
strawberry.enum(bulk.Outcome, name="BulkOutcome", description="What became of one item.")


@strawberry.type(description="A room to be made ready.")
class HousekeepingTask:
    id: strawberry.ID = strawberry.field(description="The task.")
    room: Room = strawberry.field(description="The room.")
    status: TaskStatus = strawberry.field(description="Where it stands.")
    assignee: str | None = strawberry.field(description="Who does it.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When the cleaning began.")
    finished_at: datetime | None = strawberry.field(description="When it ended.")

    @classmethod
    def of(cls, row: TaskRow) -> HousekeepingTask:
        """Build from a row that comes with its room."""
        return cls(
            id=strawberry.ID(str(row.pk)),
            room=Room.of(row.room),
            status=TaskStatus(row.status),
            assignee=row.assignee or None,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )


@strawberry.type(description="One item of a bulk operation.")
class BulkItemResult:
    outcome: bulk.Outcome = strawberry.field(description="What became of it.")
    room_id: int | None = strawberry.field(description="The room asked for.")
    room_number: str | None = strawberry.field(description="Its number, if the hotel has it.")
    booking_id: str | None = strawberry.field(description="The stay, if there was one.")
    code: str | None = strawberry.field(description="Why not, for programs.")
    message: str | None = strawberry.field(description="Why not, for people.")

    @classmethod
    def of(cls, item: bulk.BulkItem) -> BulkItemResult:
        """Build from a result."""
        return cls(
            outcome=item.outcome,
            room_id=item.room_id,
            room_number=item.room_number,
            booking_id=item.booking_id,
            code=item.code,
            message=item.message,
        )


@strawberry.type(description="What became of many check-outs.")
class BulkCheckOut:
    items: list[BulkItemResult] = strawberry.field(description="One for each room, in order.")
    dry_run: bool = strawberry.field(description="Whether nothing was changed.")


@strawberry.type(description="What became of many check-ins.")
class BulkCheckIn:
    items: list[BulkItemResult] = strawberry.field(description="One for each booking, in order.")
    dry_run: bool = strawberry.field(description="Whether nothing was changed.")


@strawberry.input(description="A check-out.")
class CheckOutBookingInput:
    hotel_slug: str
    booking_id: str


@strawberry.input(description="Many check-outs.")
class BulkCheckOutInput:
    hotel_slug: str
    room_ids: list[int]
    destructive: bool = False
    dry_run: bool = False


@strawberry.input(description="One of many check-ins.")
class BulkCheckInItem:
    booking_id: str
    room_number: str | None = None


@strawberry.input(description="Many check-ins.")
class BulkCheckInInput:
    hotel_slug: str
    items: list[BulkCheckInItem]
    dry_run: bool = False


@strawberry.input(description="Take a check-out back.")
class UndoCheckOutInput:
    hotel_slug: str
    booking_id: str
    reason: str


@strawberry.input(description="Another room.")
class MoveBookingInput:
    hotel_slug: str
    booking_id: str
    room_number: str


@strawberry.input(description="Other dates or hours; what is left out stays.")
class ChangeStayInput:
    hotel_slug: str
    booking_id: str
    check_in_date: date | None = None
    check_out_date: date | None = None
    early_check_in_time: time | None = None
    late_check_out_time: time | None = None


@strawberry.input(description="Another state of a room.")
class SetRoomStatusInput:
    hotel_slug: str
    room_number: str
    status: RoomStatus
    note: str | None = None


@strawberry.input(description="Another state, or another assignee, of a task.")
class UpdateHousekeepingTaskInput:
    hotel_slug: str
    task_id: strawberry.ID
    status: TaskStatus | None = None
    assignee: str | None = None


CheckOutBookingResult = Annotated[
    Booking | NotFoundProblem | ConflictProblem, strawberry.union("CheckOutBookingResult")
]
UndoCheckOutResult = Annotated[
    Booking | NotFoundProblem | InvalidProblem | ConflictProblem,
    strawberry.union("UndoCheckOutResult"),
]
MoveBookingResult = Annotated[
    Booking | NotFoundProblem | ConflictProblem, strawberry.union("MoveBookingResult")
]
ChangeStayResult = Annotated[
    Booking | NotFoundProblem | InvalidProblem | ConflictProblem,
    strawberry.union("ChangeStayResult"),
]
SetRoomStatusResult = Annotated[
    Room | NotFoundProblem | ConflictProblem, strawberry.union("SetRoomStatusResult")
]
HousekeepingTaskResult = Annotated[
    HousekeepingTask | NotFoundProblem | InvalidProblem | ConflictProblem,
    strawberry.union("HousekeepingTaskResult"),
]
BulkCheckOutResult = Annotated[
    BulkCheckOut | InvalidProblem, strawberry.union("BulkCheckOutResult")
]
BulkCheckInResult = Annotated[BulkCheckIn | InvalidProblem, strawberry.union("BulkCheckInResult")]
