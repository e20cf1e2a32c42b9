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
from apps.seating.selectors import (
    OrderName,
    get_event_for_staff,
    get_order_for_staff,
    get_shown_order,
    list_orders,
    shown_status,
    total_of,
)
from apps.seating.services.payments import Review, approve_payment, reject_payment
from apps.seating.states import OrderStatus, Verdict
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import staff_of
from graphql_schema.problems import (
    ConflictProblem,
    InvalidProblem,
    NotFoundProblem,
    problems_as_results,
)
from graphql_schema.seating.types import OrderedSeat, SeatOrder

Info = strawberry.Info[Any, None]


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
        )


@strawberry.type(description="An order, as staff see it. Its key stays with the holder.")
class StaffSeatOrder:
    order_number: str = strawberry.field(description="For people to name it by.")
    status: OrderStatus = strawberry.field(description="Where it stands.")
    version: int = strawberry.field(description="Pass it as `expectedVersion`.")
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
        return cls(
            order_number=row.number,
            status=shown_status(row),
            version=row.version,
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


ReviewPaymentResult = Annotated[
    SeatOrder | NotFoundProblem | InvalidProblem | ConflictProblem,
    strawberry.union("ReviewPaymentResult"),
]


@strawberry.type
class SeatReviewQuery:
    @strawberry_django.field(description="An event's orders for staff, oldest first.")
    def seat_orders(
        self,
        info: Info,
        event_slug: str,
        status: OrderStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[StaffSeatOrder]:
        event = get_event_for_staff(staff_of(info), event_slug)
        rows = list_orders(event, status=status)
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
