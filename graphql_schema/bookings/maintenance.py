"""Rooms that are out of service for known days, over GraphQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
import strawberry_django

from apps.bookings.models import Maintenance as MaintenanceRow
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.maintenance import (
    MaintenancePlan,
    end_maintenance,
    list_maintenance,
    plan_maintenance,
)
from apps.bookings.states import STATUS_OF_CONDITION, RoomCondition, RoomStatus
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.pagination import page_of
from apps.staff.roles import Permission
from graphql_schema.bookings.desk_types import Room
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import hotel_for, staff_of
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    problems_as_results,
)

Info = strawberry.Info[Any, None]


@strawberry.type(description="A time in which a room is not to be used.")
class Maintenance:
    id: strawberry.ID = strawberry.field(description="The maintenance.")
    room: Room = strawberry.field(description="The room as it is now.")
    reason: str = strawberry.field(description="As it was noted.")
    starts_on: date | None = strawberry.field(description="Null: it was not planned.")
    ends_on: date | None = strawberry.field(description="The day on which the room is back.")
    return_status: RoomStatus = strawberry.field(description="What the room is then.")
    started_at: datetime | None = strawberry.field(description="Null: it has not begun.")
    ended_at: datetime | None = strawberry.field(description="Null: it is not over.")

    @classmethod
    def of(cls, row: MaintenanceRow) -> Maintenance:
        """Build from a row that comes with its room."""
        return cls(
            id=strawberry.ID(str(row.pk)),
            room=Room.of(row.room),
            reason=row.reason,
            starts_on=row.starts_on,
            ends_on=row.expected_until,
            return_status=STATUS_OF_CONDITION[RoomCondition(row.return_condition)],
            started_at=row.opened_at,
            ended_at=row.closed_at,
        )


@strawberry.input(description="Which room is out of service, when and why.")
class PlanMaintenanceInput:
    hotel_slug: str
    room_number: str
    starts_on: date = strawberry.field(description="The first day, in the hotel's zone.")
    ends_on: date = strawberry.field(description="The day on which the room is back.")
    reason: str
    return_status: RoomStatus = strawberry.field(
        default=RoomStatus.CHECKOUT_DIRTY, description="What the room is when it is back."
    )


@strawberry.input(description="Names one maintenance of a hotel.")
class EndMaintenanceInput:
    hotel_slug: str
    maintenance_id: strawberry.ID = strawberry.field(
        description="The maintenance, by `Maintenance.id`."
    )


MaintenanceResult = Annotated[
    Maintenance | NotFoundProblem | InvalidProblem | ConflictProblem,
    strawberry.union("MaintenanceResult"),
]


@strawberry.type
class MaintenanceQuery:
    @strawberry_django.field(description="What is planned or under way, the newest plan first.")
    def maintenance(
        self, info: Info, hotel_slug: str, first: int | None = None, after: str | None = None
    ) -> Connection[Maintenance]:
        hotel = hotel_for(info, hotel_slug, Permission.TURN_ROOMS)
        page = page_of(list_maintenance(hotel), order_by="-pk", first=first, after=after)
        return connection_of(page, Maintenance.of)


@strawberry.type
class MaintenanceMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Take a room out of service for known days; it comes back by itself.",
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def plan_maintenance(self, info: Info, input: PlanMaintenanceInput) -> MaintenanceResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.TURN_ROOMS)
        plan = MaintenancePlan(
            room=get_hotel_room(hotel, input.room_number),
            starts_on=input.starts_on,
            ends_on=input.ends_on,
            reason=input.reason,
            return_status=input.return_status,
        )
        return Maintenance.of(plan_maintenance(plan, performed_by=staff_of(info).actor))

    @strawberry_django.mutation(
        handle_django_errors=False, description="End a maintenance, or take it back. Again: same."
    )
    @problems_as_results(NotFound)
    def end_maintenance(self, info: Info, input: EndMaintenanceInput) -> MaintenanceResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.TURN_ROOMS)
        ended = end_maintenance(
            hotel=hotel,
            maintenance_id=str(input.maintenance_id),
            performed_by=staff_of(info).actor,
        )
        return Maintenance.of(ended)
