"""Taking seats off sale, for the hotel's people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import strawberry
import strawberry_django

from apps.common.errors import Conflict, Invalid, NotFound
from apps.seating.changes import current_version
from apps.seating.selectors import get_event_for_staff
from apps.seating.services.blocks import BlockRequest, block_seats, unblock_seats
from apps.staff.roles import Permission
from graphql_schema.permissions import staff_of
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    SeatsTakenProblem,
    problems_as_results,
)

Info = strawberry.Info[Any, None]


@strawberry.type(description="Seats that were taken off sale, or put back.")
class SeatBlock:
    labels: list[str] = strawberry.field(description="The seats.")
    version: int = strawberry.field(description="Of the event's seats, afterwards.")


@strawberry.input(description="Seats by their labels, and why they are not for sale.")
class BlockSeatsInput:
    event_slug: str
    labels: list[str]
    reason: str = strawberry.field(description="For the hotel; guests don't see it.")


@strawberry.input(description="Seats by their labels.")
class UnblockSeatsInput:
    event_slug: str
    labels: list[str]


BlockSeatsResult = Annotated[
    SeatBlock | NotFoundProblem | InvalidProblem | ConflictProblem | SeatsTakenProblem,
    strawberry.union("BlockSeatsResult"),
]


@strawberry.type
class SeatBlockMutation:
    @strawberry_django.mutation(
        handle_django_errors=False, description="Take seats off sale: all of them or none."
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def block_seats(self, info: Info, input: BlockSeatsInput) -> BlockSeatsResult:
        return _change(info, block_seats, input.event_slug, input.labels, reason=input.reason)

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Put seats back on sale; whoever waits is offered them first.",
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def unblock_seats(self, info: Info, input: UnblockSeatsInput) -> BlockSeatsResult:
        return _change(info, unblock_seats, input.event_slug, input.labels)


def _change(
    info: Info,
    command: Callable[[BlockRequest], list[str]],
    slug: str,
    labels: list[str],
    reason: str = "",
) -> SeatBlock:
    staff = staff_of(info)
    event = get_event_for_staff(staff, slug, Permission.BLOCK_SEATS)
    request = BlockRequest(event=event, labels=labels, performed_by=staff.actor, reason=reason)
    done = command(request)
    return SeatBlock(labels=done, version=current_version(event.pk))
