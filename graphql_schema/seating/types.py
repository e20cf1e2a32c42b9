"""Events, seats, orders, and the results of commands about them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, cast

import strawberry
from strawberry.file_uploads import Upload

from apps.seating import models
from apps.seating.changes import SeatNews
from apps.seating.seat_map import SeatMap as MapOfSeats
from apps.seating.selectors import OpenOrder, shown_status, total_of
from apps.seating.states import HoldPolicy, OrderStatus, SeatStatus, Verdict
from graphql_schema.flat_lists import FlatList
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    SeatsTakenProblem,
)

strawberry.enum(HoldPolicy, name="HoldPolicy", description="What a selection means to others.")
strawberry.enum(SeatStatus, name="SeatStatus", description="A seat as everybody sees it.")
strawberry.enum(OrderStatus, name="SeatOrderStatus", description="Where an order stands.")
strawberry.enum(Verdict, name="PaymentVerdict", description="What staff made of a proof.")


@strawberry.type(description="Something that people have seats for.")
class SeatingEvent:
    slug: str = strawberry.field(description="Its name in addresses.")
    name: str = strawberry.field(description="For people to read.")
    venue: str = strawberry.field(description="Where it is.")
    starts_at: datetime = strawberry.field(description="When it starts.")
    sales_open_at: datetime | None = strawberry.field(description="When sales begin.")
    sales_close_at: datetime = strawberry.field(description="When sales end.")
    currency: str = strawberry.field(description="ISO 4217.")
    hold_policy: HoldPolicy = strawberry.field(description="What a selection means to others.")
    most_seats_per_order: int = strawberry.field(description="How many seats an order may have.")
    refuses_single_gaps: bool = strawberry.field(
        description="Choices that leave one seat alone are refused while there are others."
    )
    version: int = strawberry.field(description="Of the seats' states; watch from here.")

    @classmethod
    def of(cls, row: models.SeatingEvent) -> SeatingEvent:
        """Build from a row with its hotel."""
        zone = row.hotel.zone
        opens, closes = row.sales_open_at, row.sales_close_at or row.starts_at
        return cls(
            slug=row.slug,
            name=row.name,
            venue=row.venue,
            starts_at=row.starts_at.astimezone(zone),
            sales_open_at=opens.astimezone(zone) if opens else None,
            sales_close_at=closes.astimezone(zone),
            currency=row.currency,
            hold_policy=HoldPolicy(row.hold_policy),
            most_seats_per_order=row.most_seats_per_order,
            refuses_single_gaps=row.refuses_single_gaps,
            version=row.seq,
        )


@strawberry.type(description="A seat. Nobody learns whose it is.")
class Seat:
    id: strawberry.ID = strawberry.field(description="The seat's own.")
    label: str = strawberry.field(description="What selections name it by.")
    status: SeatStatus = strawberry.field(description="Whether it can be had.")
    section: str = strawberry.field(description="The part of the house.")
    row: str = strawberry.field(description="The row's name.")
    number: int = strawberry.field(description="The place in the row.")
    x: float = strawberry.field(description="On the map, to the right.")
    y: float = strawberry.field(description="On the map, away from the stage.")
    category: str = strawberry.field(description="The price category.")
    price: Decimal = strawberry.field(description="In the event's currency.")
    is_accessible: bool = strawberry.field(description="A place for a wheelchair.")
    is_companion: bool = strawberry.field(description="Beside a place for a wheelchair.")


@strawberry.type(description="All seats of an event, at least as new as `version`.")
class SeatMap:
    version: int = strawberry.field(description="Pass it to `seatUpdates` as `afterVersion`.")
    chart_version: int = strawberry.field(
        description="Rises when seats are added, moved, priced or removed."
    )
    seats: list[Seat] = strawberry.field(description="Every seat, in one answer.")

    @classmethod
    def of(cls, shown: MapOfSeats) -> SeatMap:
        """Build from what was read."""
        ids = list(map(str, shown.chart["id"]))
        columns = {**shown.chart, "id": ids, "status": shown.statuses}
        return cls(
            version=shown.version,
            chart_version=shown.event.chart_version,
            seats=cast(list[Seat], FlatList(Seat, columns)),
        )


@strawberry.type(description="A seat of an order.")
class OrderedSeat:
    label: str = strawberry.field(description="The seat's label.")
    section: str = strawberry.field(description="The part of the house.")
    row: str = strawberry.field(description="The row's name.")
    number: int = strawberry.field(description="The place in the row.")
    category: str = strawberry.field(description="The price category.")
    price: Decimal = strawberry.field(description="As it was at the selection.")

    @classmethod
    def of(cls, row: models.SeatAllocation) -> OrderedSeat:
        """Build from a row with its seat and section."""
        return cls(
            label=row.seat.label,
            section=row.seat.section.name,
            row=row.seat.row,
            number=row.seat.number,
            category=row.seat.category,
            price=row.price,
        )


@strawberry.type(description="An order of seats.")
class SeatOrder:
    token: str | None = strawberry.field(
        description="The key to this order; null for staff who named it by its number."
    )
    order_number: str = strawberry.field(description="For people to name it by.")
    event_slug: str = strawberry.field(description="The event.")
    status: OrderStatus = strawberry.field(description="Where it stands.")
    seats: list[OrderedSeat] = strawberry.field(description="What is ordered.")
    total: Decimal = strawberry.field(description="Of all seats.")
    currency: str = strawberry.field(description="ISO 4217.")
    expires_at: datetime = strawberry.field(description="When it ends without a payment proof.")
    version: int = strawberry.field(description="Counts the order's changes.")
    is_gap_waived: bool = strawberry.field(
        description="Its seats leave one alone, as every other choice did."
    )
    holder_name: str | None = strawberry.field(description="Who the seats are for.")
    holder_email: str | None = strawberry.field(description="Where the holder is told.")
    holder_phone: str | None = strawberry.field(description="In E.164.")
    rejection_reason: str | None = strawberry.field(description="Why it was rejected.")

    @classmethod
    def of(cls, opened: OpenOrder) -> SeatOrder:
        """Build from an order and its key."""
        return cls.shown(opened.order, opened.token)

    @classmethod
    def shown(cls, row: models.SeatOrder, token: str | None) -> SeatOrder:
        """Build from a row of ``shown_orders``."""
        return cls(
            token=token,
            order_number=row.number,
            event_slug=row.event.slug,
            status=shown_status(row),
            seats=[OrderedSeat.of(seat) for seat in row.allocations.all()],
            total=total_of(row),
            currency=row.event.currency,
            expires_at=row.expires_at.astimezone(row.event.hotel.zone),
            version=row.version,
            is_gap_waived=row.is_gap_waived,
            holder_name=row.holder_name or None,
            holder_email=row.holder_email or None,
            holder_phone=row.holder_phone or None,
            rejection_reason=row.rejection_reason or None,
        )


@strawberry.type(description="A seat's new state.")
class SeatState:
    id: strawberry.ID = strawberry.field(description="The seat's own.")
    label: str = strawberry.field(description="What selections name it by.")
    status: SeatStatus = strawberry.field(description="Whether it can be had now.")


@strawberry.type(description="What one transaction changed; versions rise by exactly one.")
class SeatUpdate:
    version: int = strawberry.field(description="The version after it.")
    resync: bool = strawberry.field(description="Some news are lost: read the map again.")
    seats: list[SeatState] = strawberry.field(description="The seats that changed.")

    @classmethod
    def of(cls, news: SeatNews) -> SeatUpdate:
        """Build from a piece of news."""
        seats = [
            SeatState(id=strawberry.ID(str(seat.id)), label=seat.label, status=seat.status)
            for seat in news.seats
        ]
        return cls(version=news.version, resync=news.resync, seats=seats)


@strawberry.input(description="Seats for a new order, or in place of an order's earlier ones.")
class SelectSeatsInput:
    event_slug: str
    labels: list[str]
    order_token: str | None = strawberry.field(
        default=None, description="The order whose seats are replaced."
    )
    holder_name: str | None = None
    holder_email: str | None = None
    holder_phone: str | None = None


@strawberry.input(description="Names an order by its key.")
class ReleaseSeatsInput:
    order_token: str


@strawberry.input(description="A picture or PDF that shows the payment.")
class SubmitPaymentProofInput:
    order_token: str
    file: Upload


SelectSeatsResult = Annotated[
    SeatOrder
    | NotFoundProblem
    | InvalidProblem
    | ConflictProblem
    | SeatsTakenProblem
    | RateLimitedProblem,
    strawberry.union("SelectSeatsResult"),
]
ReleaseSeatsResult = Annotated[
    SeatOrder | NotFoundProblem | ConflictProblem | RateLimitedProblem,
    strawberry.union("ReleaseSeatsResult"),
]
SubmitPaymentProofResult = Annotated[
    SeatOrder
    | NotFoundProblem
    | InvalidProblem
    | ConflictProblem
    | SeatsTakenProblem
    | RateLimitedProblem,
    strawberry.union("SubmitPaymentProofResult"),
]
