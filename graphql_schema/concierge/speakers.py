"""Chat has one door for both sides; who speaks is told by what they name."""

from __future__ import annotations

from dataclasses import dataclass

from apps.common.errors import Invalid


@dataclass(frozen=True, slots=True)
class AsGuest:
    """A guest, by the key of their stay."""

    stay_token: str


@dataclass(frozen=True, slots=True)
class AsStaff:
    """Somebody of a hotel; whether they may is asked later."""

    hotel_slug: str


def speaker(stay_token: str | None, hotel_slug: str | None) -> AsGuest | AsStaff:
    """Return who speaks. Raises Invalid unless exactly one of the two is named."""
    if stay_token is not None and hotel_slug is None:
        return AsGuest(stay_token)
    if hotel_slug is not None and stay_token is None:
        return AsStaff(hotel_slug)
    raise Invalid("Name either the stay, by its token, or the hotel.", field="stay_token")
