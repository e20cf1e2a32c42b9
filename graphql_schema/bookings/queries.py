"""Reading a stay."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django

from apps.bookings.errors import StayNotFound
from apps.bookings.selectors import get_booking_by_stay_token
from graphql_schema.bookings.types import Stay


@strawberry.type
class StayQuery:
    @strawberry_django.field(description="A stay by its token; null when unknown.")
    def stay(self, info: strawberry.Info[Any, None], token: str) -> Stay | None:
        try:
            booking = get_booking_by_stay_token(token)
        except StayNotFound:
            return None
        return Stay.shown(info, booking, token)
