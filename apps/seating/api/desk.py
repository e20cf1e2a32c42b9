"""What the staff's doors of a hotel's events have in common."""

from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request

from apps.bookings.api.desk import StaffView
from apps.seating.errors import EventNotFound
from apps.seating.models import SeatingEvent
from apps.seating.selectors import get_event


class EventDeskView(StaffView):
    """A door below ``/api/staff/hotels/{hotel_slug}/seating-events/{event_slug}/``."""

    event: SeatingEvent

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the hotel's event. Raises NotAuthenticated, Forbidden, EventNotFound."""
        super().initial(request, *args, **kwargs)
        event = get_event(cast(str, kwargs["event_slug"]))
        if event.hotel_id != self.hotel.pk:
            raise EventNotFound
        self.event = event
