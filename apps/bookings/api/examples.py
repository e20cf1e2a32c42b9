"""Examples for the OpenAPI description."""

from __future__ import annotations

from typing import Final

EXAMPLE_TOKEN: Final = "Jm0w8bqYx4k2n1Rr6tQe3uPz5sVh7cLd9aFgXoKiMyE"  # noqa: S105  # opens nothing
HOTEL: Final = {
    "name": "Hotel Killarney",
    "slug": "hotel-killarney",
    "timezone": "Europe/Dublin",
    "parking_info": "Free parking behind the house.",
}
