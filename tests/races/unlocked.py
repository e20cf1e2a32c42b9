"""The server without the lock on the booking, for the twins of races: ``tests.races.unlocked``.

Between reading a booking and acting on it there is time for somebody else, as on a bad day.
"""

from __future__ import annotations

import time
from typing import Final

from backend.asgi import application as application  # sets Django up, before anything else

PAUSE_SECONDS: Final = 0.3


def take_the_lock_out() -> None:
    """Let commands of a check-in read the booking as it is, and go on a while later."""
    from django.db import connections
    from django.db.models import QuerySet

    from apps.bookings.models import Booking
    from apps.checkin.services import starting, steps

    if connections["default"].vendor == "sqlite":
        # There the transaction itself is the lock, taken at its beginning.
        connections.settings["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"

    def unlocked() -> QuerySet[Booking]:
        return Booking.objects.select_related("hotel", "assigned_room")

    def read(pk: int) -> Booking:
        found = unlocked().get(pk=pk)
        time.sleep(PAUSE_SECONDS)
        return found

    starting.get_booking_for_update = read
    steps.bookings_for_update = unlocked


take_the_lock_out()
