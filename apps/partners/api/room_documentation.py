"""How the doors to rooms and codes read in the OpenAPI description."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiExample, extend_schema

from apps.bookings.errors import BookingNotFound
from apps.common.api.pagination import PAGE_PARAMETERS
from apps.common.errors import Invalid
from apps.partners.api.documentation import partner_refusals, rate_headers
from apps.partners.api.hotels import HotelNotFound
from apps.partners.api.serializers import (
    CodeFilterSerializer,
    PartnerCodePageSerializer,
    PartnerRoomPageSerializer,
    RoomFilterSerializer,
)

ROOMS: Final = extend_schema(
    operation_id="partner_rooms_list",
    tags=["Partners: rooms"],
    summary="List rooms",
    description="The rooms of the key's hotels, by number, each with its state.",
    parameters=[RoomFilterSerializer, *PAGE_PARAMETERS, *rate_headers(200)],
    responses={200: PartnerRoomPageSerializer, **partner_refusals(Invalid, HotelNotFound)},
    examples=[
        OpenApiExample(
            name="One room, being cleaned",
            response_only=True,
            status_codes=["200"],
            value={
                "results": [
                    {
                        "id": 1,
                        "hotel": "hotel-killarney",
                        "number": "101",
                        "status": "CLEANING_IN_PROGRESS",
                        "is_occupied": False,
                        "condition": "CLEANING",
                        "is_out_of_service": False,
                    }
                ],
                "next": None,
                "previous": None,
            },
        )
    ],
)
ACCESS_CODES: Final = extend_schema(
    operation_id="partner_access_codes_list",
    tags=["Partners: codes"],
    summary="See the codes of a reservation",
    description=(
        "Where each current code stands: SET means that the lock has it. The digits are shown to "
        "keys with the scope `codes:reveal` alone, and each showing is written down."
    ),
    parameters=[CodeFilterSerializer, *rate_headers(200)],
    responses={
        200: PartnerCodePageSerializer,
        **partner_refusals(Invalid, BookingNotFound, HotelNotFound),
    },
    examples=[
        OpenApiExample(
            name="A code on the front door, digits not shown",
            response_only=True,
            status_codes=["200"],
            value={
                "results": [
                    {
                        "lock_name": "Front door",
                        "is_front_door": True,
                        "code": None,
                        "kind": "CUSTOM",
                        "status": "SET",
                        "starts_at": "2026-06-12T15:00:00+01:00",
                        "ends_at": "2026-06-14T11:00:00+01:00",
                        "verified_at": None,
                        "first_used_at": None,
                    }
                ],
                "next": None,
                "previous": None,
            },
        )
    ],
)
