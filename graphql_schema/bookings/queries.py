"""Reading a stay."""

from __future__ import annotations

import strawberry
import strawberry_django

from apps.bookings.errors import StayNotFound
from apps.bookings.selectors import get_booking_by_stay_token
from apps.concierge.stay_page import open_stay_page
from graphql_schema.bookings.types import Stay


@strawberry.type
class StayQuery:
    @strawberry_django.field(description="A stay by its token; null when unknown.")
    def stay(self, token: str) -> Stay | None:
        try:
            booking = get_booking_by_stay_token(token)
        except StayNotFound:
            return None
        return Stay.of(open_stay_page(booking), token)
