"""The doors to rooms, and to the codes of a reservation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.desk_lists import OF_STATUS
from apps.bookings.models import Room
from apps.common.api.pagination import page_body
from apps.common.api.views import read_query
from apps.locks.selectors import list_shown_codes
from apps.locks.services.reveals import note_shown
from apps.partners.api import room_documentation as documentation
from apps.partners.api.base import PartnerView
from apps.partners.api.compression import compressed
from apps.partners.api.hotels import hotel_meant, named_hotel
from apps.partners.api.serializers import (
    CodeFilterSerializer,
    PartnerCodeSerializer,
    PartnerRoomSerializer,
    RoomFilterSerializer,
)
from apps.partners.reservations import get_reservation
from apps.partners.scopes import Scope


@compressed
class RoomsView(PartnerView):
    """``rooms/``."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"GET": Scope.READ_ROOMS}

    @documentation.ROOMS
    def get(self, request: Request) -> Response:
        """Show a page of them, by number."""
        asked = read_query(request, RoomFilterSerializer)
        rooms = self._rooms(asked["hotel"])
        if asked["status"] is not None:
            rooms = rooms.filter(OF_STATUS[asked["status"]])

        def show(rows: Any) -> Any:
            return PartnerRoomSerializer(rows, many=True).data

        return Response(page_body(request, rooms, order_by="number", show=show))

    def _rooms(self, slug: str | None) -> QuerySet[Room]:
        ids = [named_hotel(self.partner, slug).pk] if slug else self.partner.hotel_ids
        rooms = Room.objects.filter(hotel__in=ids).select_related("hotel")
        return rooms.only("number", "is_occupied", "condition", "is_out_of_service", "hotel__slug")


class AccessCodesView(PartnerView):
    """``access-codes/``."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"GET": Scope.READ_CODES}

    @documentation.ACCESS_CODES
    def get(self, request: Request) -> Response:
        """Show where each code stands, and the digits to a key that may see them."""
        asked = read_query(request, CodeFilterSerializer)
        hotel = hotel_meant(self.partner, asked["hotel"])
        booking = get_reservation(hotel, asked["booking_reference"])
        codes = list_shown_codes(booking.lock_holder)
        reveals = Scope.REVEAL_CODES in self.partner.scopes
        if reveals and any(code.shown_digits for code in codes):
            note_shown(codes[0].grant, actor=self.partner.actor)
        context: dict[str, Any] = {"zone": hotel.zone, "reveals": reveals}
        shown = PartnerCodeSerializer(codes, many=True, context=context).data
        return Response({"results": shown, "next": None, "previous": None})
