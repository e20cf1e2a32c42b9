"""A partner as doors and services know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Hotel
from apps.common.errors import Forbidden
from apps.partners.scopes import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerIdentity:
    """Who calls with a key. ``hotels`` maps slugs to the hotels that the key is for."""

    partner_id: int
    partner_name: str
    key_id: int
    name: str
    prefix: str
    scopes: frozenset[Scope]
    hotels: Mapping[str, Hotel]
    expires_at: datetime | None

    @property
    def actor(self) -> str:
        """How audit trails name this key."""
        return f"partner:{self.prefix}"

    @property
    def hotel_ids(self) -> list[int]:
        """The keys of the rows of the hotels."""
        return [hotel.pk for hotel in self.hotels.values()]

    def require(self, scope: Scope) -> None:
        """Raises Forbidden."""
        if scope not in self.scopes:
            raise Forbidden(f"This key is not for that: it lacks the scope {scope.value}.")
