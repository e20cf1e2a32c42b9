"""Which hotel a request means. References are unique at a hotel, not beyond it."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from apps.bookings.models import Hotel
from apps.common.errors import Invalid, NotFound
from apps.partners.identity import PartnerIdentity

HOTEL: Final = OpenApiParameter(
    name="hotel",
    description="The slug of the hotel; needed where the key is for several.",
)


class HotelNotFound(NotFound):
    sentence = "There is no such hotel."


def named_hotel(partner: PartnerIdentity, slug: str) -> Hotel:
    """Return the hotel. Raises HotelNotFound, alike for hotels that the key is not for."""
    hotel = partner.hotels.get(slug)
    if hotel is None:
        raise HotelNotFound(field="hotel")
    return hotel


def hotel_meant(partner: PartnerIdentity, *slugs: str | None) -> Hotel:
    """Return the hotel that all of ``slugs`` name, those that are None left out.

    A key for one hotel means it without saying so. Raises HotelNotFound, Invalid.
    """
    named = {slug for slug in slugs if slug is not None}
    if len(named) > 1:
        raise Invalid("The address and the body name different hotels.", field="hotel")
    if named:
        return named_hotel(partner, named.pop())
    if len(partner.hotels) > 1:
        raise Invalid("This key is for several hotels: say which.", field="hotel")
    return next(iter(partner.hotels.values()))


def hotel_of_address(request: Request) -> str | None:
    """Return the slug that the address names."""
    return request.query_params.get(HOTEL.name)
