"""Codes on locks, as guests see them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import strawberry

from apps.locks.models import AccessCode as AccessCodeRow
from apps.locks.states import CodeKind, CodeState

strawberry.enum(CodeKind, name="AccessCodeKind", description="How a code came to be.")
strawberry.enum(CodeState, name="AccessCodeStatus", description="Where a code on a lock stands.")


@strawberry.type(description="One code on one lock.")
class AccessCode:
    lock_name: str = strawberry.field(description="The lock's name, as on the door.")
    is_front_door: bool = strawberry.field(description="Whether it is the house's own door.")
    code: str | None = strawberry.field(description="The digits; null until they are SET.")
    kind: CodeKind = strawberry.field(description="How the code came to be.")
    status: CodeState = strawberry.field(description="Where the code stands.")
    starts_at: datetime = strawberry.field(description="Opens from here on, in the hotel's offset.")
    ends_at: datetime = strawberry.field(description="Opens until here, in the hotel's offset.")
    verified_at: datetime | None = strawberry.field(
        description="When the lock's own list was seen to show it."
    )
    first_used_at: datetime | None = strawberry.field(description="When it first opened the door.")

    @classmethod
    def of(cls, row: AccessCodeRow, zone: ZoneInfo) -> AccessCode:
        """Build from a row with its lock; instants are shown in ``zone``."""
        return cls(
            lock_name=row.lock.name,
            is_front_door=row.lock.is_front_door,
            code=row.shown_digits,
            kind=CodeKind(row.kind),
            status=CodeState(row.state),
            starts_at=row.starts_at.astimezone(zone),
            ends_at=row.ends_at.astimezone(zone),
            verified_at=row.verified_at and row.verified_at.astimezone(zone),
            first_used_at=row.first_used_at and row.first_used_at.astimezone(zone),
        )
