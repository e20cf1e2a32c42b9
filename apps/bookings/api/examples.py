"""Examples for the OpenAPI description."""

from __future__ import annotations

from typing import Final

HOTEL: Final = {
    "name": "Hotel Killarney",
    "slug": "hotel-killarney",
    "timezone": "Europe/Dublin",
    "parking_info": "Free parking behind the house.",
}
