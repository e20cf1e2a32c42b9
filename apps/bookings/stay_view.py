"""A stay as its guest may see it, gathered in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils import timezone

from apps.bookings.models import Booking, Guest
from apps.bookings.selectors import find_primary_guest
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import StayWindow, stay_window
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.selectors import list_shown_codes
from apps.locks.states import CodeState


class StayStatus(models.TextChoices):
    """Where a stay is, from the guest's side."""

    UPCOMING = "UPCOMING", "not in house yet"
    IN_HOUSE = "IN_HOUSE", "in house"
    CHECKED_OUT = "CHECKED_OUT", "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wifi:
    """The guests' network; ``password`` None: it is open."""

    name: str
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StayView:
    """What the stay page shows; codes are current ones only.

    After check-out there are neither codes nor what the house tells those who stay. ``grant`` is
    what the codes belong to.
    """

    booking: Booking
    guest: Guest | None
    status: StayStatus
    window: StayWindow
    codes: Sequence[AccessCode]
    grant: AccessGrant | None = None

    @property
    def guest_name(self) -> str:
        """Who stays: as checked in, or as on file before that."""
        return self.booking.name_of(self.guest)

    @property
    def car_registration(self) -> str | None:
        """The guest's car, if there is one."""
        return (self.guest.car_registration or None) if self.guest else None

    @property
    def wifi(self) -> Wifi | None:
        """The guests' network, if the house has one."""
        hotel = self.booking.hotel
        if self._is_over or not hotel.wifi_name:
            return None
        return Wifi(name=hotel.wifi_name, password=hotel.wifi_password or None)

    @property
    def house_notes(self) -> str | None:
        """What the house tells every guest."""
        return None if self._is_over else self.booking.hotel.house_notes or None

    @property
    def room_notes(self) -> str | None:
        """What the house tells the guests of this room."""
        room = self.booking.assigned_room
        return None if self._is_over or room is None else room.notes or None

    @property
    def _is_over(self) -> bool:
        return self.status == StayStatus.CHECKED_OUT

    @property
    def shows_codes(self) -> bool:
        """Whether the digits of any code are in it."""
        return any(code.shown_digits for code in self.codes)

    @property
    def pin(self) -> str | None:
        """The one PIN where every lock takes the same digits, else None."""
        digits = {code.digits for code in self.codes if code.state == CodeState.SET}
        is_shared = len(digits) == 1 and all(c.state == CodeState.SET for c in self.codes)
        return digits.pop() if is_shared else None


def view_stay(booking: Booking) -> StayView:
    """Gather the stay of ``booking``, which comes with its hotel and room."""
    status = stay_status(booking, timezone.now())
    is_over = status == StayStatus.CHECKED_OUT
    codes = [] if is_over else list_shown_codes(booking.lock_holder)
    return StayView(
        booking=booking,
        guest=find_primary_guest(booking),
        status=status,
        window=stay_window(booking),
        codes=_shown(codes),
        grant=codes[0].grant if codes else None,
    )


def _shown(codes: Sequence[AccessCode]) -> list[AccessCode]:
    """Leave out what is still being tried on doors that a code opens already."""
    open_doors = {code.lock_id for code in codes if code.state == CodeState.SET}
    return [code for code in codes if code.state == CodeState.SET or code.lock_id not in open_doors]


def stay_status(booking: Booking, now: datetime) -> StayStatus:
    """Return where the stay is; it is over with its window, whether or not anybody said so."""
    if booking.status == BookingStatus.COMPLETED or now >= stay_window(booking).ends_at:
        return StayStatus.CHECKED_OUT
    return StayStatus.IN_HOUSE if booking.checked_in_at else StayStatus.UPCOMING
