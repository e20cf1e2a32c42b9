"""A booking as a desk's screen shows it, gathered in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.bookings.models import Booking, Guest
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import StayWindow, stay_window
from apps.locks.models import AccessCode
from apps.locks.selectors import find_live_grant, list_current_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBooking:
    """A booking with its people and codes; its own columns show through."""

    booking: Booking
    guests: Sequence[Guest]
    access_codes: Sequence[AccessCode]
    window: StayWindow

    def __getattr__(self, name: str) -> Any:
        return getattr(self.booking, name)

    @property
    def guest_name(self) -> str:
        """Who stays: as checked in, or as on file before that."""
        return self.booking.name_of(next((one for one in self.guests if one.is_primary), None))

    @property
    def check_in_at(self) -> datetime:
        """When the codes begin to open."""
        return self.window.starts_at

    @property
    def check_out_at(self) -> datetime:
        """When the codes cease to open."""
        return self.window.ends_at


def view_desk_booking(booking: Booking) -> DeskBooking:
    """Gather what the desk sees of ``booking``, which comes as ``get_desk_booking`` reads it."""
    has_ended = booking.status == BookingStatus.COMPLETED
    grant = None if has_ended else find_live_grant(booking.lock_holder)
    return DeskBooking(
        booking=booking,
        guests=sorted(booking.guests.all(), key=lambda guest: (not guest.is_primary, guest.pk)),
        access_codes=list(list_current_codes(grant)) if grant else [],
        window=stay_window(booking),
    )
