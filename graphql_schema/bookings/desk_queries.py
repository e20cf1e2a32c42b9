"""Reading the desk's screens."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry
import strawberry_django

from apps.bookings.desk_lists import list_alerts, list_bookings, list_rooms
from apps.bookings.states import BookingStatus, RoomStatus
from apps.common.pagination import page_of
from apps.staff.roles import Permission
from graphql_schema.bookings.desk_types import Alert, Booking, Room, StaffMember
from graphql_schema.bookings.types import Hotel
from graphql_schema.connections import Connection, connection_of
from graphql_schema.permissions import hotel_for, staff_of

Info = strawberry.Info[Any, None]


@strawberry.type
class DeskQuery:
    @strawberry_django.field(description="Who is logged in.")
    def me(self, info: Info) -> StaffMember | None:
        return StaffMember.of(staff_of(info))

    @strawberry_django.field(description="A hotel of one's own.")
    def hotel(self, info: Info, slug: str) -> Hotel | None:
        return Hotel.of(hotel_for(info, slug, Permission.VIEW_ROOMS))

    @strawberry_django.field(description="A hotel's rooms, by number.")
    def rooms(
        self,
        info: Info,
        hotel_slug: str,
        status: RoomStatus | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Room]:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_ROOMS)
        rows = list_rooms(hotel, status=status)
        return connection_of(page_of(rows, order_by="number", first=first, after=after), Room.of)

    @strawberry_django.field(
        description="A hotel's bookings, by arrival. `search` looks at ids, names and rooms."
    )
    def bookings(
        self,
        info: Info,
        hotel_slug: str,
        status: BookingStatus | None = None,
        arriving_on: date | None = None,
        departing_on: date | None = None,
        in_house: bool | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Booking]:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_BOOKINGS)
        rows = list_bookings(
            hotel,
            status=status,
            arriving_on=arriving_on,
            departing_on=departing_on,
            in_house=in_house,
            search=search,
        )
        page = page_of(rows, order_by="check_in_date", first=first, after=after)
        return connection_of(page, Booking.of)

    @strawberry_django.field(
        description="What somebody should look at now, newest first; each closes by itself."
    )
    def alerts(
        self, info: Info, hotel_slug: str, first: int | None = None, after: str | None = None
    ) -> Connection[Alert]:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_BOOKINGS)
        page = page_of(list_alerts(hotel), order_by="-opened_at", first=first, after=after)
        return connection_of(page, Alert.of)
