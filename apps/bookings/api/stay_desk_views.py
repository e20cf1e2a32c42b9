"""The desk's doors to bookings: lists, one screen, undo, moves and changes."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.api import stay_desk_documentation as documentation
from apps.bookings.api.desk import StaffView
from apps.bookings.api.desk_serializers import BookingSerializer, booking_body
from apps.bookings.api.stay_desk_serializers import (
    BookingFilterSerializer,
    ChangeStaySerializer,
    MoveSerializer,
    UndoCheckOutSerializer,
    desk_booking_body,
)
from apps.bookings.desk_lists import get_desk_booking, list_bookings
from apps.bookings.desk_view import view_desk_booking
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.moves import StayChange, change_stay, move_booking
from apps.bookings.services.undo import undo_check_out
from apps.common.api.pagination import page_body
from apps.common.api.views import read_body, read_query
from apps.staff.roles import Permission


class ListBookingsView(StaffView):
    """The hotel's bookings."""

    needs = Permission.VIEW_BOOKINGS

    @documentation.BOOKINGS
    def get(self, request: Request, **_: Any) -> Response:
        """Show a page of them, by arrival."""
        bookings = list_bookings(self.hotel, **read_query(request, BookingFilterSerializer))
        context = {"zone": self.hotel.zone}

        def show(rows: Any) -> Any:
            return BookingSerializer(rows, many=True, context=context).data

        return Response(page_body(request, bookings, order_by="check_in_date", show=show))


class BookingView(StaffView):
    """One booking."""

    needs = Permission.VIEW_BOOKINGS

    @documentation.BOOKING
    def get(self, _request: Request, booking_id: str, **_: Any) -> Response:
        """Show all that a desk's screen shows."""
        booking = get_desk_booking(self.hotel, booking_id)
        return Response(desk_booking_body(view_desk_booking(booking)))


class UndoCheckOutView(StaffView):
    """A check-out taken back."""

    needs = Permission.MANAGE_STAYS

    @documentation.UNDO_CHECK_OUT
    def post(self, request: Request, booking_id: str, **_: Any) -> Response:
        """Bring the stay back."""
        booking = self.booking(booking_id)
        reason = read_body(request, UndoCheckOutSerializer)["reason"]
        done = undo_check_out(booking=booking, performed_by=self.staff.actor, reason=reason)
        return Response(booking_body(done))


class MoveView(StaffView):
    """Another room for a booking."""

    needs = Permission.MANAGE_STAYS

    @documentation.MOVE
    def post(self, request: Request, booking_id: str, **_: Any) -> Response:
        """Give it; the codes move too."""
        booking = self.booking(booking_id)
        room = get_hotel_room(self.hotel, read_body(request, MoveSerializer)["room_number"])
        done = move_booking(booking=booking, room=room, performed_by=self.staff.actor)
        return Response(booking_body(done))


class ChangeStayView(StaffView):
    """Other dates or hours for a booking."""

    needs = Permission.MANAGE_STAYS

    @documentation.CHANGE_STAY
    def post(self, request: Request, booking_id: str, **_: Any) -> Response:
        """Change them; the PIN stays."""
        booking = self.booking(booking_id)
        change = StayChange(**read_body(request, ChangeStaySerializer))
        done = change_stay(booking=booking, change=change, performed_by=self.staff.actor)
        return Response(booking_body(done))
