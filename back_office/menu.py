"""The menu beside every page: what this person may see, in the order of a day's work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from back_office.access import hotels_of, zone_of
from back_office.site import site

GROUPS: Final[Sequence[tuple[str, Sequence[tuple[str, str, str]]]]] = (
    (
        "Front desk",
        (
            ("bookings.booking", "Bookings", "book_online"),
            ("bookings.guest", "Guests", "person"),
            ("checkin.checkinflow", "Online check-ins", "how_to_reg"),
            ("common.alert", "Alerts", "warning"),
            ("common.notice", "Notices sent", "mail"),
        ),
    ),
    (
        "Rooms",
        (
            ("bookings.room", "Rooms", "bed"),
            ("bookings.housekeepingtask", "Housekeeping", "mop"),
            ("bookings.maintenance", "Maintenance", "build"),
        ),
    ),
    (
        "Room service",
        (
            ("concierge.roomserviceorder", "Orders", "room_service"),
            ("concierge.menuitem", "Menu", "restaurant_menu"),
        ),
    ),
    (
        "Seats",
        (
            ("seating.seatorder", "Orders and payments", "receipt_long"),
            ("seating.seatingevent", "Events", "event"),
            ("seating.seat", "Seats", "event_seat"),
            ("seating.waitinglistentry", "Waiting list", "hourglass"),
        ),
    ),
    (
        "Settings",
        (
            ("bookings.hotel", "Hotel", "hotel"),
            ("auth.user", "People", "badge"),
            ("staff.membership", "Roles", "manage_accounts"),
            ("partners.apikey", "Partners' keys", "hub"),
            ("locks.lock", "Locks", "lock"),
            ("locks.lockaccount", "Lock accounts", "vpn_key"),
            ("bookings.guesterasure", "Erasures", "person_remove"),
            ("bookings.removalrecord", "Removals", "delete_history"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu for whoever asks; subjects without a right are left out."""
    pages = {page.opts.label_lower: page for page in site._registry.values()}  # noqa: SLF001  # the site's own list
    groups: list[dict[str, Any]] = [
        {"items": [{"title": "Today", "icon": "today", "link": reverse("admin:index")}]}
    ]
    for title, subjects in GROUPS:
        items = [
            {
                "title": name,
                "icon": icon,
                "link": reverse(f"admin:{label.replace('.', '_')}_changelist"),
            }
            for label, name, icon in subjects
            if label in pages and pages[label].has_module_permission(request)
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def subheader(request: HttpRequest) -> str:
    """Return whose pages these are, and whose time they show."""
    if not request.user.is_authenticated:
        return ""
    hotels = hotels_of(request)
    name = hotels[0].name if len(hotels) == 1 else f"{len(hotels)} hotels"
    return f"{name} · {zone_of(request).key}"
