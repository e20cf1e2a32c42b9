"""Who calls, and whether they may: asked by every staff operation, in one way."""

from __future__ import annotations

from typing import Any, Final

import strawberry
from django.http import HttpRequest

from apps.bookings.models import Hotel
from apps.bookings.selectors import get_hotel_for_staff
from apps.common.errors import NotAuthenticated
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission
from apps.staff.selectors import identify

REMEMBERED: Final = "staff_identity"

Info = strawberry.Info[Any, None]


def staff_of(info: Info) -> StaffIdentity:
    """Return the member of staff who calls, as the database has them. Raises NotAuthenticated.

    Remembered for the rest of a request; a socket's context lives longer than a role may.
    """
    if not isinstance(info.context["request"], HttpRequest):
        return identify(_authorization(info))
    known = info.context.get(REMEMBERED)
    if known is None:
        known = info.context[REMEMBERED] = identify(_authorization(info))
    identity: StaffIdentity = known
    return identity


def hotel_for(info: Info, slug: str, permission: Permission) -> Hotel:
    """Return the hotel if the caller may do that there. Raises NotAuthenticated, Forbidden."""
    return get_hotel_for_staff(staff_of(info), slug, permission)


def _authorization(info: Info) -> str:
    """Return what the request's header says, or the socket's first message."""
    request = info.context["request"]
    if isinstance(request, HttpRequest):
        header = request.headers.get("Authorization", "")
    else:
        header = str((info.context.get("connection_params") or {}).get("authorization", ""))
    if not header:
        raise NotAuthenticated
    return header
