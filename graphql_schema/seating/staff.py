"""The review of payments."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry
import strawberry_django

from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.pagination import page_of
from apps.seating import models
from apps.seating.proof_links import link_to
from apps.seating.selectors import (
    OrderName,
    get_event_for_staff,
    get_order_for_staff,
    get_shown_order,
    list_events,
    list_orders,
    review_due_at,
    shown_status,
    total_of,
)
from apps.seating.services.reviews import (
    Review,
    approve_payment,
    record_payment,
    reject_payment,
    reopen_order,
)
from apps.seating.states import OrderStatus, PaymentMark, Verdict
from apps.staff.roles import Permission
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import hotel_for, staff_of
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    SeatsTakenProblem,
    problems_as_results,
)
from graphql_schema.seating.types import OrderedSeat, SeatingEvent, SeatOrder

Info = strawberry.Info[Any, None]


strawberry.enum(
    PaymentMark, name="PaymentMark", description="What is odd about a payment, for staff."
)


@strawberry.type(description="A proof of payment; its file is for staff alone.")
class PaymentProof:
    id: strawberry.ID = strawberry.field(description="The proof's own.")
    media_type: str = strawberry.field(description="What its content is.")
    size_bytes: int = strawberry.field(description="How large it is.")
    submitted_at: datetime = strawberry.field(description="When it came.")
    is_reused: bool = strawberry.field(
        description="The same file came with another order of this hotel."
    )
    verdict: Verdict = strawberry.field(description="What was made of it.")
    view_url: str = strawberry.field(
        description="Shows it for five minutes; from the server's root."
    )

    @classmethod
    def of(cls, row: models.PaymentProof) -> PaymentProof:
        """Build from a row of ``shown_proofs``."""
        return cls(
            id=strawberry.ID(str(row.pk)),
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            submitted_at=row.submitted_at,
            is_reused=bool(getattr(row, "is_reused", False)),
            verdict=Verdict(row.verdict),
            view_url=link_to(row),
        )


@strawberry.type(description="An order, as staff see it. Its key stays with the holder.")
class StaffSeatOrder:
    order_number: str = strawberry.field(description="For people to name it by.")
    status: OrderStatus = strawberry.field(description="Where it stands.")
    version: int = strawberry.field(description="Pass it as `expectedVersion`.")
    mark: PaymentMark | None = strawberry.field(description="What is odd about the payment.")
    received_amount: Decimal | None = strawberry.field(description="What came in, if noted.")
    review_due_at: datetime | None = strawberry.field(description="When its review is overdue.")
    seats: list[OrderedSeat] = strawberry.field(description="What is ordered.")
    total: Decimal = strawberry.field(description="Of all seats.")
    currency: str = strawberry.field(description="ISO 4217.")
    holder_name: str | None = strawberry.field(description="Who the seats are for.")
    holder_email: str | None = strawberry.field(description="Where the holder is told.")
    holder_phone: str | None = strawberry.field(description="In E.164.")
    created_at: datetime = strawberry.field(description="When it began.")
    expires_at: datetime = strawberry.field(description="When it ends without a proof.")
    submitted_at: datetime | None = strawberry.field(description="When the first proof came.")
    reviewed_by: str | None = strawberry.field(description="Who decided.")
    rejection_reason: str | None = strawberry.field(description="Why it was rejected.")
    proofs: list[PaymentProof] = strawberry.field(description="All of them; none is deleted.")

    @classmethod
    def of(cls, row: models.SeatOrder) -> StaffSeatOrder:
        """Build from a row of ``list_orders``."""
        zone = row.event.hotel.zone
        due_at = review_due_at(row)
        return cls(
            order_number=row.number,
            status=shown_status(row),
            version=row.version,
            mark=PaymentMark(row.mark) if row.mark else None,
            received_amount=row.received_amount,
            review_due_at=due_at.astimezone(zone) if due_at else None,
            seats=[OrderedSeat.of(seat) for seat in row.allocations.all()],
            total=total_of(row),
            currency=row.event.currency,
            holder_name=row.holder_name or None,
            holder_email=row.holder_email or None,
            holder_phone=row.holder_phone or None,
            created_at=row.created_at.astimezone(zone),
            expires_at=row.expires_at.astimezone(zone),
            submitted_at=row.submitted_at.astimezone(zone) if row.submitted_at else None,
            reviewed_by=row.reviewed_by or None,
            rejection_reason=row.rejection_reason or None,
            proofs=[PaymentProof.of(proof) for proof in row.proofs.all()],
        )


@strawberry.input(description="A decision about an order, named by its key or its number.")
class ReviewPaymentInput:
    approve: bool
    order_token: str | None = None
    order_number: str | None = None
    event_slug: str | None = None
    reason: str | None = strawberry.field(default=None, description="Of a rejection.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version that was seen; another one is STALE_VERSION."
    )


@strawberry.input(description="How much came in for an order under review.")
class RecordSeatPaymentInput:
    event_slug: str
    order_number: str
    received_amount: Decimal
    expected_version: int | None = None


@strawberry.input(description="An order that ran out of time.")
class ReopenSeatOrderInput:
    event_slug: str
    order_number: str
    expected_version: int | None = None


ReviewPaymentResult = Annotated[
    SeatOrder | NotFoundProblem | InvalidProblem | ConflictProblem,
    strawberry.union("ReviewPaymentResult"),
]

ReopenSeatOrderResult = Annotated[
    SeatOrder | NotFoundProblem | InvalidProblem | ConflictProblem | SeatsTakenProblem,
    strawberry.union("ReopenSeatOrderResult"),
]


@strawberry.type
class SeatReviewQuery:
    @strawberry_django.field(description="A hotel's events, those that start last first.")
    def seating_events(
        self, info: Info, hotel_slug: str, first: int | None = None, after: str | None = None
    ) -> Connection[SeatingEvent]:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_ROOMS)
        page = page_of(list_events(hotel), order_by="-starts_at", first=first, after=after)
        return connection_of(page, SeatingEvent.of)

    @strawberry_django.field(description="An event's orders for staff, oldest first.")
    def seat_orders(
        self,
        info: Info,
        event_slug: str,
        status: OrderStatus | None = None,
        mark: PaymentMark | None = None,
        is_overdue: bool = False,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StaffSeatOrder]:
        event = get_event_for_staff(staff_of(info), event_slug)
        rows = list_orders(event, status=status, mark=mark, is_overdue=is_overdue)
        page = page_of(rows, order_by="created_at", first=first, after=after)
        return connection_of(page, StaffSeatOrder.of)


@strawberry.type
class SeatReviewMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Confirm an order, or reject it with a reason: then its seats are free again.",
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def review_payment(self, info: Info, input: ReviewPaymentInput) -> ReviewPaymentResult:
        staff = staff_of(info)
        name = OrderName(
            token=input.order_token, number=input.order_number, event_slug=input.event_slug
        )
        review = Review(
            order_pk=get_order_for_staff(staff, name).pk,
            reviewed_by=staff.actor,
            expected_version=input.expected_version,
            reason=input.reason or "",
        )
        order = approve_payment(review) if input.approve else reject_payment(review)
        return SeatOrder.shown(get_shown_order(order.pk), input.order_token)

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Note how much came in; a sum that differs marks the order and is told.",
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def record_seat_payment(self, info: Info, input: RecordSeatPaymentInput) -> ReviewPaymentResult:
        order = record_payment(_review(info, input), received=input.received_amount)
        return SeatOrder.shown(get_shown_order(order.pk), None)

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Open an order again for somebody who paid too late, if its seats are free.",
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def reopen_seat_order(self, info: Info, input: ReopenSeatOrderInput) -> ReopenSeatOrderResult:
        order = reopen_order(_review(info, input))
        return SeatOrder.shown(get_shown_order(order.pk), None)


def _review(info: Info, input: RecordSeatPaymentInput | ReopenSeatOrderInput) -> Review:
    staff = staff_of(info)
    name = OrderName(number=input.order_number, event_slug=input.event_slug)
    return Review(
        order_pk=get_order_for_staff(staff, name).pk,
        reviewed_by=staff.actor,
        expected_version=input.expected_version,
    )
