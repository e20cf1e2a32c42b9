"""The seats of an event as a picture."""

from __future__ import annotations

from typing import Final

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.common.api.documentation import refusals
from apps.common.api.views import ApiView
from apps.common.security_headers import POLICY
from apps.seating.api.map_views import ENTITY_TAG, TAGS, UNCHANGED, map_tag, tagged_answer
from apps.seating.errors import EventNotFound
from apps.seating.picture import draw_map
from apps.seating.seat_map import read_seat_map
from apps.seating.selectors import get_event

SVG: Final = "image/svg+xml"
NOTHING_BUT_STYLE: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class SeatPictureView(ApiView):
    """The seats, drawn."""

    @extend_schema(
        operation_id="seats_picture",
        tags=TAGS,
        summary="See the seats of an event",
        description="An SVG with every seat's state now, and what the marks mean.",
        parameters=ENTITY_TAG,
        responses={
            (200, SVG): OpenApiTypes.STR,
            (304, SVG): UNCHANGED,
            **{(status, "application/json"): r for status, r in refusals(EventNotFound).items()},
        },
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Show the picture. Raises EventNotFound."""
        event = get_event(slug)
        answer = tagged_answer(
            request,
            f"svg-{map_tag(event)}",
            lambda: draw_map(read_seat_map(event)),
            media_type=SVG,
        )
        answer[POLICY] = NOTHING_BUT_STYLE
        return answer
