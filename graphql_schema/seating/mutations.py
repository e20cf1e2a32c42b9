"""Choosing seats and paying for them."""

from __future__ import annotations

from typing import Any, cast

import strawberry
import strawberry_django
from django.core.files.uploadedfile import UploadedFile

from apps.common.errors import Conflict, Invalid, NotFound, RateLimited, TooLarge
from apps.seating.errors import InvalidFile
from apps.seating.services.callers import limit_caller
from apps.seating.services.holders import Holder
from apps.seating.services.orders import SeatChoice, release_seats, select_seats
from apps.seating.services.payments import submit_payment_proof
from graphql_schema.callers import address_of
from graphql_schema.problems import problems_as_results
from graphql_schema.seating.types import (
    ReleaseSeatsInput,
    ReleaseSeatsResult,
    SeatOrder,
    SelectSeatsInput,
    SelectSeatsResult,
    SubmitPaymentProofInput,
    SubmitPaymentProofResult,
)

Info = strawberry.Info[Any, None]


@strawberry.type
class SeatingMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Choose seats: all or none; with `orderToken`, in place of the earlier ones.",
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def select_seats(self, info: Info, input: SelectSeatsInput) -> SelectSeatsResult:
        limit_caller(address_of(info))
        choice = SeatChoice(
            event_slug=input.event_slug,
            labels=input.labels,
            order_token=input.order_token,
            holder=Holder(
                name=input.holder_name, email=input.holder_email, phone=input.holder_phone
            ),
        )
        return SeatOrder.of(select_seats(choice))

    @strawberry_django.mutation(
        handle_django_errors=False, description="Give an order up that is not paid for."
    )
    @problems_as_results(NotFound, Conflict, RateLimited)
    def release_seats(self, info: Info, input: ReleaseSeatsInput) -> ReleaseSeatsResult:
        limit_caller(address_of(info))
        return SeatOrder.of(release_seats(order_token=input.order_token))

    @strawberry_django.mutation(
        handle_django_errors=False,
        description=(
            "Show the payment: all seats of the order are booked, or none. Sent twice, it is the "
            "same success."
        ),
    )
    @problems_as_results(NotFound, Invalid, TooLarge, Conflict, RateLimited)
    def submit_payment_proof(
        self, info: Info, input: SubmitPaymentProofInput
    ) -> SubmitPaymentProofResult:
        limit_caller(address_of(info))
        opened = submit_payment_proof(order_token=input.order_token, file=opened_file(input.file))
        return cast(SubmitPaymentProofResult, SeatOrder.of(opened))


def opened_file(upload: Any) -> Any:
    """Return the uploaded file. Raises InvalidFile for anything else in its place."""
    if not isinstance(upload, UploadedFile):
        raise InvalidFile
    return upload
