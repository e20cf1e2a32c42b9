"""A house with something behind every kind of path, and who may ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from apps.bookings.models import Hotel
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.maintenance import MaintenancePlan, plan_maintenance
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.stay_window import hotel_today
from apps.checkin.services.starting import StartRequest, start_check_in
from apps.checkin.states import DeviceType
from apps.partners.scopes import Scope
from apps.partners.selectors import identify
from apps.partners.services.keys import NewKey, create_key
from apps.partners.services.webhook_endpoints import create_endpoint, send_test
from apps.seating.services.holders import Holder
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.concierge import MenuItemFactory, RoomServiceOrderFactory, guest_writes
from tests.factories.seating import SeatingEventFactory, choose
from tests.factories.staff import works_at

STAFF: Final = "staffToken"
PARTNER: Final = "partnerKey"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What exists, by the beginning of a path and the names of its parameters, and the logins."""

    places: Mapping[str, Mapping[str, str]]
    logins: Mapping[str, str]

    def headers(self, schemes: list[dict[str, Any]]) -> dict[str, str]:
        """Return the login for an operation that asks for one of these schemes."""
        names = [name for choice in schemes for name in choice]
        return {"Authorization": self.logins[names[0]]} if names else {}

    def existing(self, path: str) -> Mapping[str, str]:
        """Return what the parameters of a path may name."""
        return max(
            (item for item in self.places.items() if path.startswith(item[0])),
            key=lambda item: len(item[0]),
        )[1]


def open_house() -> House:
    """Make a hotel with guests, rooms, an event and people at work."""
    hotel = HotelFactory()
    MenuItemFactory(hotel=hotel)
    stay = BookingFactory(hotel=hotel, in_house=True)
    guest_writes(stay)
    order = RoomServiceOrderFactory(booking=stay)
    left = BookingFactory(hotel=hotel, in_house=True)
    checkout_booking(booking=left, performed_by="desk", source="test")
    event = SeatingEventFactory(hotel=hotel, seats=12)
    chosen = choose(event, "A-1", "A-2")
    return House(
        places={
            "/api/auth/": {},
            "/api/checkin/": {"token": _check_in_of(hotel)},
            "/api/stays/": {"token": mint_stay_token(stay)},
            "/api/seating/events/": {"slug": event.slug},
            "/api/seating/orders/": {"token": chosen.token},
            "/api/seating/proofs/": {},
            "/api/seating/waiting-list/": {"token": _waiting_for(event.slug)},
            "/api/partner/": {"booking_reference": stay.booking_reference, **_webhooks_of(hotel)},
            "/api/staff/": {
                "hotel_slug": hotel.slug,
                "booking_id": stay.booking_id,
                "room_number": left.assigned_room.number,
                "task_id": str(hotel.housekeeping_tasks.get().pk),
                "maintenance_id": _maintenance_at(hotel),
                "order_id": str(order.pk),
                "event_slug": event.slug,
                "number": str(chosen.order.number),
            },
        },
        logins={
            STAFF: f"Bearer {open_login(works_at(hotel, Role.MANAGER)).token}",
            PARTNER: f"Api-Key {_key_to(hotel)}",
        },
    )


def _check_in_of(hotel: Hotel) -> str:
    booking = BookingFactory(hotel=hotel, with_room=True, on_file=True)
    return start_check_in(
        StartRequest(
            booking_reference=booking.booking_reference,
            hotel_slug=hotel.slug,
            device_type=DeviceType.MOBILE,
            client_address="192.0.2.1",
        )
    ).token


def _key_to(hotel: Hotel) -> str:
    wanted = NewKey(partner="A PMS", name="Test", hotels=[hotel], scopes=list(Scope))
    return create_key(wanted, performed_by="test").secret


def _webhooks_of(hotel: Hotel) -> dict[str, str]:
    """An endpoint that is never called, and a delivery to it."""
    partner = identify(f"Api-Key {_key_to(hotel)}")
    issued = create_endpoint(
        partner=partner, url="https://192.0.2.1/hooks", event_types=["booking.created"]
    )
    endpoint_id = str(issued.endpoint.pk)
    delivery = send_test(partner=partner, endpoint_id=endpoint_id)
    return {"endpoint_id": endpoint_id, "delivery_id": str(delivery.pk)}


def _waiting_for(slug: str) -> str:
    holder = Holder(name="Nora Quinn", email="nora@example.com")
    return join_waiting_list(WaitingRequest(event_slug=slug, quantity=2, holder=holder)).token


def _maintenance_at(hotel: Hotel) -> str:
    starts_on = hotel_today(hotel.zone, timezone.now()) + timedelta(days=30)
    plan = MaintenancePlan(
        room=RoomFactory(hotel=hotel),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=2),
        reason="New windows",
    )
    return str(plan_maintenance(plan, performed_by="desk").pk)
