"""The waiting list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django

from apps.common.errors import Conflict, Invalid, NotFound, RateLimited
from apps.seating import models
from apps.seating.services.callers import limit_caller
from apps.seating.services.holders import Holder
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.seating.states import WaitingStatus
from apps.seating.waiting_selectors import OpenEntry, find_open_entry
from graphql_schema.callers import address_of
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    problems_as_results,
)

Info = strawberry.Info[Any, None]

strawberry.enum(
    WaitingStatus, name="WaitingListStatus", description="What became of somebody who waits."
)


@strawberry.type(description="Seats that are held for somebody from the waiting list.")
class WaitingListOffer:
    order_token: str = strawberry.field(description="The key to the order with the seats.")
    expires_at: datetime = strawberry.field(description="When they are offered to the next.")


@strawberry.type(description="Somebody who waits for seats that are given back.")
class WaitingListEntry:
    token: str = strawberry.field(description="The key to this entry.")
    event_slug: str = strawberry.field(description="The event.")
    status: WaitingStatus = strawberry.field(description="What became of it.")
    quantity: int = strawberry.field(description="How many seats are wanted.")
    category: str | None = strawberry.field(description="Null: any.")
    offer: WaitingListOffer | None = strawberry.field(description="Null until there is one.")

    @classmethod
    def of(cls, opened: OpenEntry) -> WaitingListEntry:
        """Build from an entry and its key."""
        entry = opened.entry
        order = entry.order if opened.has_offer else None
        return cls(
            token=opened.token,
            event_slug=entry.event.slug,
            status=opened.status,
            quantity=entry.quantity,
            category=entry.category or None,
            offer=_offer(entry.offer_token, order) if order else None,
        )


def _offer(token: str, order: models.SeatOrder) -> WaitingListOffer:
    zone = order.event.hotel.zone
    return WaitingListOffer(order_token=token, expires_at=order.expires_at.astimezone(zone))


@strawberry.input(description="Who waits for how many seats.")
class JoinWaitingListInput:
    event_slug: str
    quantity: int
    holder_name: str
    category: str | None = strawberry.field(default=None, description="Null: any.")
    holder_email: str | None = None
    holder_phone: str | None = None


JoinWaitingListResult = Annotated[
    WaitingListEntry | NotFoundProblem | InvalidProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("JoinWaitingListResult"),
]


@strawberry.type
class WaitingListQuery:
    @strawberry_django.field(description="An entry by its key; null when unknown.")
    def waiting_list_entry(self, token: str) -> WaitingListEntry | None:
        opened = find_open_entry(token)
        return WaitingListEntry.of(opened) if opened else None


@strawberry.type
class WaitingListMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Wait for seats that are given back; the first in line is offered them first.",
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def join_waiting_list(self, info: Info, input: JoinWaitingListInput) -> JoinWaitingListResult:
        limit_caller(address_of(info))
        request = WaitingRequest(
            event_slug=input.event_slug,
            quantity=input.quantity,
            category=input.category,
            holder=Holder(
                name=input.holder_name, email=input.holder_email, phone=input.holder_phone
            ),
        )
        return WaitingListEntry.of(join_waiting_list(request))
