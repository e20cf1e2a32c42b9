"""The best seats there are: looked at, and chosen."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django

from apps.common.errors import Conflict, Invalid, NotFound, RateLimited
from apps.seating.picking import Wish
from apps.seating.selectors import get_event
from apps.seating.services.best import BestChoice, select_best_seats
from apps.seating.services.callers import limit_caller
from apps.seating.services.holders import Holder
from apps.seating.suggestions import Suggestion, suggest_seats
from graphql_schema.callers import address_of
from graphql_schema.flat_lists import FlatList
from graphql_schema.problems import problems_as_results
from graphql_schema.seating.types import Seat, SeatOrder, SelectSeatsResult

Info = strawberry.Info[Any, None]


@strawberry.type(description="The best seats together; none where so many are not together.")
class SeatSuggestion:
    seats: list[Seat] = strawberry.field(description="Side by side, best first to be had.")
    is_gap_waived: bool = strawberry.field(
        description="They leave a seat alone, as every other choice does."
    )


@strawberry.input(description="So many of the best seats, chosen at once.")
class SelectBestSeatsInput:
    event_slug: str
    quantity: int
    category: str | None = None
    accessible: int = strawberry.field(
        default=0, description="How many of them are places for wheelchairs."
    )
    order_token: str | None = strawberry.field(
        default=None, description="The order whose seats are replaced."
    )
    holder_name: str | None = None
    holder_email: str | None = None
    holder_phone: str | None = None


@strawberry.type
class BestSeatsQuery:
    @strawberry_django.field(
        description=(
            "The best seats together: the nearest row, then the middle; no single seat left "
            "behind where that can be avoided. Empty: so many are not together."
        )
    )
    def best_available_seats(
        self, event_slug: str, quantity: int, category: str | None = None, accessible: int = 0
    ) -> list[Seat]:
        return _seats(_suggest(event_slug, quantity, category, accessible))

    @strawberry_django.field(description="The same, with what was waived for it.")
    def seat_suggestion(
        self, event_slug: str, quantity: int, category: str | None = None, accessible: int = 0
    ) -> SeatSuggestion:
        found = _suggest(event_slug, quantity, category, accessible)
        return SeatSuggestion(seats=_seats(found), is_gap_waived=found.is_gap_waived)


@strawberry.type
class BestSeatsMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Choose the best seats together; like `selectSeats`, without naming them.",
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def select_best_seats(self, info: Info, input: SelectBestSeatsInput) -> SelectSeatsResult:
        limit_caller(address_of(info))
        choice = BestChoice(
            event_slug=input.event_slug,
            wish=Wish(
                quantity=input.quantity, category=input.category, accessible=input.accessible
            ),
            order_token=input.order_token,
            holder=Holder(
                name=input.holder_name, email=input.holder_email, phone=input.holder_phone
            ),
        )
        return SeatOrder.of(select_best_seats(choice))


def _suggest(slug: str, quantity: int, category: str | None, accessible: int) -> Suggestion:
    wish = Wish(quantity=quantity, category=category, accessible=accessible)
    return suggest_seats(get_event(slug), wish)


def _seats(found: Suggestion) -> list[Seat]:
    columns = {**found.shown.chart, "status": found.shown.statuses}
    picked = {name: [values[place] for place in found.places] for name, values in columns.items()}
    return list(FlatList(Seat, picked))
