"""Reading a check-in."""

from __future__ import annotations

import strawberry
import strawberry_django

from apps.checkin.selectors import find_open_flow
from graphql_schema.checkin.types import CheckInFlow


@strawberry.type
class CheckInQuery:
    @strawberry_django.field(
        description="A check-in by its token; null when unknown or taken over by another device."
    )
    def check_in_flow(self, token: str) -> CheckInFlow | None:
        opened = find_open_flow(token)
        return CheckInFlow.of(opened) if opened else None
