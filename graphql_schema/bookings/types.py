"""Hotels, rooms and stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from apps.bookings.models import Booking as BookingRow
from apps.bookings.models import Hotel as HotelRow
from apps.bookings.models import Room as RoomRow
from apps.bookings.stay_view import StayStatus
from apps.bookings.stay_view import Wifi as WifiView
from apps.concierge.stay_page import StayPage, StayPart, open_stay_page
from graphql_schema.concierge.types import MenuItem, Message, RoomServiceOrder
from graphql_schema.locks.types import AccessCode
from graphql_schema.selections import names_asked_for

strawberry.enum(
    StayStatus, name="StayStatus", description="Where a stay is, from the guest's side."
)


@strawberry.type(description="A hotel, as its guests know it.")
class Hotel:
    name: str = strawberry.field(description="The name over the door.")
    slug: str = strawberry.field(description="The name in addresses.")
    timezone: str = strawberry.field(description="IANA zone that its people live in.")
    parking_info: str = strawberry.field(description="Where to leave a car.")

    @classmethod
    def of(cls, row: HotelRow) -> Hotel:
        """Build from a row."""
        return cls(
            name=row.name, slug=row.slug, timezone=row.timezone, parking_info=row.parking_info
        )


@strawberry.type(description="A room, as its guest knows it.")
class GuestRoom:
    number: str = strawberry.field(description="The number on the door.")

    @classmethod
    def of(cls, row: RoomRow | None) -> GuestRoom | None:
        """Build from a row, keeping None."""
        return None if row is None else cls(number=row.number)


@strawberry.type(description="The guests' network.")
class Wifi:
    name: str = strawberry.field(description="The network's name.")
    password: str | None = strawberry.field(description="Null: the network is open.")

    @classmethod
    def of(cls, wifi: WifiView | None) -> Wifi | None:
        """Translate, keeping None."""
        return None if wifi is None else cls(name=wifi.name, password=wifi.password)


def parts_asked_for(info: strawberry.Info[Any, None]) -> list[StayPart]:
    """Return what the operation selects of a stay's page."""
    asked_for = names_asked_for(info)
    return [part for part in StayPart if part.value in asked_for]


@strawberry.type(description="A stay: what the guest needs from arrival to departure.")
class Stay:
    token: str = strawberry.field(description="The key to this stay; keep it like the PIN.")
    guest_name: str = strawberry.field(description="Who stays.")
    status: StayStatus = strawberry.field(description="Before, during or after.")
    pin: str | None = strawberry.field(description="The one PIN, where all locks share it.")
    access_codes: list[AccessCode] = strawberry.field(description="The current codes.")
    room: GuestRoom | None = strawberry.field(description="The room.")
    hotel: Hotel = strawberry.field(description="The hotel.")
    check_in_at: datetime = strawberry.field(description="From here on, in the hotel's offset.")
    check_out_at: datetime = strawberry.field(description="Until here, in the hotel's offset.")
    car_registration: str | None = strawberry.field(description="The car, if there is one.")
    messages: list[Message] = strawberry.field(
        description="The last 100 of the chat with the front desk, oldest first."
    )
    menu: list[MenuItem] = strawberry.field(description="What room service brings.")
    orders: list[RoomServiceOrder] = strawberry.field(
        description="The last 50 orders of room service, newest first."
    )
    wifi: Wifi | None = strawberry.field(description="Null: none, or the stay is over.")
    house_notes: str | None = strawberry.field(description="What the house tells every guest.")
    room_notes: str | None = strawberry.field(
        description="What the house tells the guests of this room."
    )

    @classmethod
    def shown(cls, info: strawberry.Info[Any, None], booking: BookingRow, token: str) -> Stay:
        """Gather what the operation asks for of a stay, whose booking has hotel and room.

        A resolver for each part would read later: after a subscription has compared its states,
        and on the event loop.
        """
        return cls.of(open_stay_page(booking, parts=parts_asked_for(info)), token)

    @classmethod
    def of(cls, page: StayPage, token: str) -> Stay:
        """Build from a gathered stay and the key that opened it."""
        view, booking = page.stay, page.stay.booking
        zone = booking.hotel.zone
        return cls(
            token=token,
            guest_name=view.guest_name,
            status=StayStatus(view.status),
            pin=view.pin,
            access_codes=[AccessCode.of(code, zone) for code in view.codes],
            room=GuestRoom.of(booking.assigned_room),
            hotel=Hotel.of(booking.hotel),
            check_in_at=view.window.starts_at.astimezone(zone),
            check_out_at=view.window.ends_at.astimezone(zone),
            car_registration=view.car_registration,
            messages=[Message.of(message) for message in page.messages],
            menu=[MenuItem.of(item) for item in page.menu],
            orders=[RoomServiceOrder.of(order) for order in page.orders],
            wifi=Wifi.of(view.wifi),
            house_notes=view.house_notes,
            room_notes=view.room_notes,
        )
