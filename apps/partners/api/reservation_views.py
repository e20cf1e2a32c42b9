"""The doors to reservations: lists, one, and what is done with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param

from apps.bookings.models import Booking
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.closing import cancel_booking, mark_no_show
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.common.api.pagination import CURSOR, page_body
from apps.common.api.views import read_body, read_query
from apps.common.errors import Invalid
from apps.common.settled import settled_until
from apps.partners.api import reservation_documentation as documentation
from apps.partners.api.base import PartnerView
from apps.partners.api.compression import compressed
from apps.partners.api.conditions import condition_of, with_tag
from apps.partners.api.hotels import hotel_meant, hotel_of_address, named_hotel
from apps.partners.api.once import once
from apps.partners.api.serializers import (
    CheckInSerializer,
    NewReservationSerializer,
    ReferredReservationSerializer,
    ReservationFilterSerializer,
)
from apps.partners.reservations import (
    Wanted,
    exactly,
    get_reservation,
    list_reservations,
    show_reservation,
)
from apps.partners.scopes import Scope
from apps.partners.services.reservations import (
    SOURCE,
    Outcome,
    Sent,
    Stored,
    act_on_reservation,
    create_reservation,
    patch_reservation,
    put_reservation,
)

READ, WRITE = Scope.READ_RESERVATIONS, Scope.WRITE_RESERVATIONS
MARK: Final = "next_updated_since"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ReservationDoor(PartnerView):
    """What the doors to reservations share."""

    def sent(self, request: Request, reference: str, said: Mapping[str, Any]) -> Sent:
        """Return what was sent, with the hotel that is meant. Raises HotelNotFound, Invalid."""
        return Sent(
            hotel=hotel_meant(self.partner, hotel_of_address(request), said.get("hotel")),
            reference=reference,
            said=said,
            condition=condition_of(request),
            performed_by=self.partner.actor,
        )

    def stored(self, request: Request, stored: Stored) -> Response:
        """Answer with a reservation that was stored, and with where it is if it is new."""
        booking = stored.booking
        if stored.outcome is not Outcome.CREATED:
            return shown(booking)
        answer = shown(booking, status.HTTP_201_CREATED)
        where = reverse("partner-reservation", [booking.booking_reference], request=request)
        answer["Location"] = replace_query_param(where, "hotel", booking.hotel.slug)
        return answer


def shown(booking: Booking, code: int = status.HTTP_200_OK) -> Response:
    """Answer with a reservation and its tag."""
    return with_tag(Response(show_reservation(booking), status=code), booking)


@compressed
class ReservationsView(ReservationDoor):
    """``reservations/``."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"GET": READ, "POST": WRITE}

    @documentation.LIST
    def get(self, request: Request) -> Response:
        """Show a page."""
        asked = dict(read_query(request, ReservationFilterSerializer))
        slug, mark = asked.pop("hotel"), asked.pop(MARK)
        ids = [named_hotel(self.partner, slug).pk] if slug else self.partner.hotel_ids
        # Before the rows: what is not visible yet has to lie after it. Further pages keep the
        # mark of the first, for what was late for the first may lie before them.
        if mark is None and CURSOR in request.query_params:
            mark = asked["updated_since"] or EPOCH
        mark = mark or settled_until(Booking)
        body = page_body(
            request,
            list_reservations(ids, Wanted(**asked)),
            order_by="updated_at",
            show=lambda rows: [show_reservation(row) for row in rows],
        )
        for way in ("next", "previous"):
            if body[way]:
                body[way] = replace_query_param(body[way], MARK, exactly(mark))
        return Response({**body, MARK: exactly(mark)})

    @documentation.CREATE
    @once
    def post(self, request: Request) -> Response:
        """Make one."""
        said = read_body(request, NewReservationSerializer)
        return self.stored(
            request, create_reservation(self.sent(request, said["booking_reference"], said))
        )


class ReservationView(ReservationDoor):
    """``reservations/{booking_reference}/``."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"GET": READ, "PUT": WRITE, "PATCH": WRITE}

    @documentation.READ
    def get(self, request: Request, booking_reference: str) -> Response:
        """Show it."""
        hotel = hotel_meant(self.partner, hotel_of_address(request))
        return shown(get_reservation(hotel, booking_reference))

    @documentation.PUT
    def put(self, request: Request, booking_reference: str) -> Response:
        """Make it or change it."""
        return self.stored(request, put_reservation(self._said(request, booking_reference)))

    @documentation.PATCH
    def patch(self, request: Request, booking_reference: str) -> Response:
        """Change it."""
        return self.stored(request, patch_reservation(self._said(request, booking_reference)))

    def _said(self, request: Request, reference: str) -> Sent:
        said = read_body(request, ReferredReservationSerializer)
        if said.get("booking_reference", reference) != reference:
            raise Invalid("The address names another reservation.", field="booking_reference")
        return self.sent(request, reference, said)


class ReservationActionView(ReservationDoor):
    """``reservations/{booking_reference}/{action}/``."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"POST": WRITE}

    def act(
        self, request: Request, reference: str, action: Callable[[Booking], Booking]
    ) -> Response:
        """Do it if the request's condition holds, and show the reservation as it is then."""
        sent = self.sent(request, reference, {})
        act_on_reservation(sent, action)
        return shown(get_reservation(sent.hotel, reference))


class CancelView(ReservationActionView):
    """``…/cancel/``."""

    @documentation.CANCEL
    @once
    def post(self, request: Request, booking_reference: str) -> Response:
        """Cancel it."""
        actor = self.partner.actor
        return self.act(
            request,
            booking_reference,
            lambda booking: cancel_booking(booking=booking, performed_by=actor),
        )


class NoShowView(ReservationActionView):
    """``…/no-show/``."""

    @documentation.NO_SHOW
    @once
    def post(self, request: Request, booking_reference: str) -> Response:
        """Note that the guest never came."""
        actor = self.partner.actor
        return self.act(
            request,
            booking_reference,
            lambda booking: mark_no_show(booking=booking, performed_by=actor),
        )


class CheckInView(ReservationActionView):
    """``…/check-in/``."""

    @documentation.CHECK_IN
    @once
    def post(self, request: Request, booking_reference: str) -> Response:
        """Take the guest in."""
        number = read_body(request, CheckInSerializer).get("room_number")

        def check_in(booking: Booking) -> Booking:
            room = get_hotel_room(booking.hotel, number) if number is not None else None
            actor = self.partner.actor
            return check_in_at_desk(DeskCheckIn(booking=booking, room=room, performed_by=actor))

        return self.act(request, booking_reference, check_in)


class CheckOutView(ReservationActionView):
    """``…/check-out/``."""

    @documentation.CHECK_OUT
    @once
    def post(self, request: Request, booking_reference: str) -> Response:
        """End the stay."""
        actor = self.partner.actor
        return self.act(
            request,
            booking_reference,
            lambda booking: checkout_booking(booking=booking, performed_by=actor, source=SOURCE),
        )
