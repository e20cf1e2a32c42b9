"""Conditions that requests make by ``If-Match`` and ``If-None-Match``."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.models import Booking
from apps.common.errors import Invalid
from apps.partners.reservations import Condition, etag_of

ANY: Final = "*"
IF_MATCH: Final = OpenApiParameter(
    name="If-Match",
    location=OpenApiParameter.HEADER,
    description="The `ETag` that was read: where it has changed since, nothing is done.",
)
IF_NONE_MATCH: Final = OpenApiParameter(
    name="If-None-Match",
    location=OpenApiParameter.HEADER,
    enum=[ANY],
    description="`*`: only where there is none yet.",
)
ETAG: Final = OpenApiParameter(
    name="ETag",
    location=OpenApiParameter.HEADER,
    response=[200, 201],
    description="Stands for the reservation as it is.",
)


def condition_of(request: Request) -> Condition:
    """Return the condition that the request makes.

    A tag that was weakened on its way, as by compression, is taken for the tag itself. Raises
    Invalid for a condition that would be passed over.
    """
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if none_match is not None and none_match.strip() != ANY:
        raise Invalid(f"Only `{ANY}` is understood here.", field="If-None-Match")
    tags = None if match is None else frozenset(_tag(part) for part in match.split(","))
    return Condition(if_match=tags, must_be_new=none_match is not None)


def _tag(text: str) -> str:
    return text.strip().removeprefix("W/")


def with_tag(response: Response, booking: Booking) -> Response:
    """Return the answer with the reservation's tag."""
    response["ETag"] = etag_of(booking)
    return response
