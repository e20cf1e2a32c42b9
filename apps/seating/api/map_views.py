"""Seat maps over REST: whole, or as the chart that stays and the states that change.

Each answer has an entity tag that the database tells in one look: an app that has it already gets
304 and no body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from apps.common.api.documentation import refusals
from apps.common.api.views import ApiView
from apps.seating.api import examples
from apps.seating.api.map_shapes import (
    AvailabilitySerializer,
    ChartSerializer,
    SeatMapSerializer,
    availability_body,
    chart_body,
    map_body,
)
from apps.seating.errors import EventNotFound
from apps.seating.models import SeatingEvent
from apps.seating.seat_map import read_availability, read_chart, read_edition, read_seat_map
from apps.seating.selectors import get_event

TAGS: Final = ["Seats"]
JSON: Final = "application/json"
SEEN_AGAIN: Final = "no-cache"  # may be kept, and is asked about before it is shown again
KEPT_A_WHILE: Final = "public, max-age=60"

ENTITY_TAG: Final = [
    OpenApiParameter(
        name="If-None-Match",
        type=OpenApiTypes.STR,
        location=OpenApiParameter.HEADER,
        description="The `ETag` of the answer that you have: 304 if it is still right.",
    ),
    OpenApiParameter(
        name="ETag",
        type=OpenApiTypes.STR,
        location=OpenApiParameter.HEADER,
        response=[200, 304],
        description="Names this state.",
    ),
]
UNCHANGED: Final = OpenApiResponse(description="What you have is still right.")


def tagged_answer(
    request: Request,
    tag: str,
    read: Callable[[], bytes],
    *,
    media_type: str = JSON,
    caching: str = SEEN_AGAIN,
) -> HttpResponseBase:
    """Return 304 to whoever has what ``tag`` names, and what ``read`` gives to everybody else."""
    etag = f'"{tag}"'
    answer = get_conditional_response(request._request, etag=etag)  # noqa: SLF001  # Django's own
    if answer is None:
        answer = HttpResponse(read(), content_type=media_type)
    answer["ETag"] = etag
    answer["Cache-Control"] = caching
    return answer


def short_digest(*parts: Any) -> str:
    """Return a name for exactly these parts, fit for an entity tag."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def map_tag(event: SeatingEvent) -> str:
    """Return the entity tag of everything that a whole map shows."""
    shown = (event.pk, event.name, event.venue, event.starts_at, event.sales_open_at)
    rules = (event.sales_close_at, event.currency, event.hold_policy)
    limits = (event.most_seats_per_order, event.refuses_single_gaps)
    return short_digest(read_edition(event), shown, rules, limits)


class SeatMapView(ApiView):
    """All seats of an event."""

    @extend_schema(
        operation_id="seats_list",
        tags=TAGS,
        summary="Read all seats of an event",
        description=(
            "Every seat with its state, in one answer. `version` is where to go on from: over "
            "the WebSocket `/ws/seats/{slug}/` or the subscription `seatUpdates`."
        ),
        parameters=ENTITY_TAG,
        responses={200: SeatMapSerializer, 304: UNCHANGED, **refusals(EventNotFound)},
        examples=[examples.MAP],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Show the seats. Raises EventNotFound."""
        event = get_event(slug)
        tag = map_tag(event)
        return tagged_answer(request, tag, lambda: orjson.dumps(map_body(read_seat_map(event))))


class ChartView(ApiView):
    """The seats of an event, without their states."""

    @extend_schema(
        operation_id="seats_chart",
        tags=TAGS,
        summary="Read the chart of an event's seats",
        description=(
            "What stays the same whoever has the seats. Keep it until `chart_version` differs "
            "from the one that availability names."
        ),
        parameters=ENTITY_TAG,
        responses={200: ChartSerializer, 304: UNCHANGED, **refusals(EventNotFound)},
        examples=[examples.CHART],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Show the chart. Raises EventNotFound."""
        event = get_event(slug)
        return tagged_answer(
            request,
            f"{event.pk}-{event.chart_version}-{event.currency}",
            lambda: orjson.dumps(chart_body(event, read_chart(event).columns)),
            caching=KEPT_A_WHILE,
        )


class AvailabilityView(ApiView):
    """The seats that can't be had."""

    @extend_schema(
        operation_id="seats_availability",
        tags=TAGS,
        summary="Read which seats of an event can't be had",
        description="Only those; every other seat of the chart is AVAILABLE.",
        parameters=ENTITY_TAG,
        responses={200: AvailabilitySerializer, 304: UNCHANGED, **refusals(EventNotFound)},
        examples=[examples.AVAILABILITY],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Show what is taken. Raises EventNotFound."""
        event = get_event(slug)
        edition = read_edition(event)
        return tagged_answer(
            request,
            f"{event.pk}-{edition.version}-{edition.chart_version}-{edition.lapsed}",
            lambda: orjson.dumps(availability_body(read_availability(event))),
        )
