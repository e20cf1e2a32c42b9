"""What the staff's doors of a hotel have in common."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.request import Request

from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import get_hotel_booking, get_hotel_for_staff
from apps.common.api.views import SecretView
from apps.staff.api.authentication import IsStaff, StaffAuthentication
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission


class StaffView(SecretView):
    """A door below ``/api/staff/hotels/{hotel_slug}/``: a login first, then the role at the hotel.

    A hotel that is not theirs reads like one that does not exist. Guests' names are behind these
    doors, so nothing on the way keeps the answers.
    """

    authentication_classes = (StaffAuthentication,)
    permission_classes = (IsStaff,)
    needs: ClassVar[Permission]
    staff: StaffIdentity
    hotel: Hotel

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who calls and at which hotel. Raises NotAuthenticated, Forbidden."""
        super().initial(request, *args, **kwargs)
        self.staff = cast(StaffIdentity, request.user)
        self.hotel = get_hotel_for_staff(self.staff, kwargs["hotel_slug"], self.needs)

    def booking(self, booking_id: str) -> Booking:
        """Return the hotel's booking. Raises BookingNotFound."""
        return get_hotel_booking(self.hotel, booking_id)
