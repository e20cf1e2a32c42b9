"""Who may do what at a hotel. Pure, and the only place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.db import models


class Role(models.TextChoices):
    """What somebody does at a hotel."""

    FRONT_DESK = "FRONT_DESK", "front desk"
    HOUSEKEEPING = "HOUSEKEEPING", "housekeeping"
    MANAGER = "MANAGER", "manager"


class Permission(StrEnum):
    """What a member of staff may do; every door asks for one of these."""

    VIEW_ROOMS = "view_rooms"
    TURN_ROOMS = "turn_rooms"  # cleaning, inspection, housekeeping tasks
    VIEW_BOOKINGS = "view_bookings"
    MANAGE_STAYS = "manage_stays"  # check-in, check-out, moves, codes
    TALK_TO_GUESTS = "talk_to_guests"
    SERVE_ORDERS = "serve_orders"
    REVIEW_PAYMENTS = "review_payments"
    BLOCK_SEATS = "block_seats"
    DRAW_SEATS = "draw_seats"  # an event's seat map as a whole
    VIEW_REPORTS = "view_reports"
    MANAGE_HOTEL = "manage_hotel"  # the hotel's settings, its rooms, its menu
    MANAGE_STAFF = "manage_staff"  # who works there, and in which role
    ERASE_GUESTS = "erase_guests"
    EXPORT_LISTS = "export_lists"  # lists as files, with the names of guests in them


P = Permission

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.HOUSEKEEPING: frozenset({P.VIEW_ROOMS, P.TURN_ROOMS}),
    Role.FRONT_DESK: frozenset(
        {
            P.VIEW_ROOMS,
            P.TURN_ROOMS,
            P.VIEW_BOOKINGS,
            P.MANAGE_STAYS,
            P.TALK_TO_GUESTS,
            P.SERVE_ORDERS,
            P.REVIEW_PAYMENTS,
            P.BLOCK_SEATS,
            P.VIEW_REPORTS,
        }
    ),
    Role.MANAGER: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """Answer whether ``role`` includes ``permission``."""
    return permission in PERMISSIONS[role]
