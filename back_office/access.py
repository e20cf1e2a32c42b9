"""Who works at the page, and at which hotels they may do what: asked once for each request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.http import HttpRequest

from apps.bookings.models import Hotel
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission
from apps.staff.selectors import identity_of

UTC: Final = ZoneInfo("UTC")
NOBODY: Final = StaffIdentity(user_id=0, username="", display_name="", is_superuser=False, roles={})
_IDENTITY: Final = "_office_identity"
_HOTELS: Final = "_office_hotels"


def staff_of(request: HttpRequest) -> StaffIdentity:
    """Return who works at this page; at the login's own page, nobody yet."""
    known: StaffIdentity | None = getattr(request, _IDENTITY, None)
    if known is None:
        known = identity_of(request.user) if isinstance(request.user, User) else NOBODY
        setattr(request, _IDENTITY, known)
    return known


def hotels_of(request: HttpRequest) -> Sequence[Hotel]:
    """Return the hotels at which this person works, by name; of a superuser, all."""
    known: Sequence[Hotel] | None = getattr(request, _HOTELS, None)
    if known is None:
        staff = staff_of(request)
        hotels = Hotel.objects.only("slug", "name", "timezone", "morning_time").order_by(
            "name", "pk"
        )
        known = list(hotels if staff.is_superuser else hotels.filter(pk__in=staff.roles))
        setattr(request, _HOTELS, known)
    return known


def hotels_where(request: HttpRequest, permission: Permission) -> list[int]:
    """Return the keys of the hotels at which this person, no superuser, may do that."""
    staff = staff_of(request)
    return [key for key in staff.roles if staff.may(permission, hotel_id=key)]


def may_anywhere(request: HttpRequest, permission: Permission) -> bool:
    """Answer whether this person may do that at some hotel."""
    return staff_of(request).is_superuser or bool(hotels_where(request, permission))


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Return the zone in which times are shown: the hotels' own, where they share one."""
    zones = {hotel.timezone for hotel in hotels_of(request)}
    return ZoneInfo(zones.pop()) if len(zones) == 1 else UTC
