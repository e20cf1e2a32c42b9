"""The check-outs of staff: three addresses, one service."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, ClassVar, Final

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from apps.bookings.api import checkout_documentation as documentation
from apps.bookings.api.checkout_serializers import (
    BulkCheckOutSerializer,
    bulk_check_out_body,
    check_out_body,
)
from apps.bookings.api.desk import StaffView
from apps.bookings.services.bulk import BulkCheckOut, bulk_check_out
from apps.bookings.services.checkout import checkout_booking
from apps.common.api.views import read_body
from apps.staff.roles import Permission

# Written as RFC 9745 and RFC 8594 have it; about a year and a half for those who still call it.
LEGACY_SINCE: Final = datetime(2026, 11, 20, tzinfo=UTC)
LEGACY_UNTIL: Final = datetime(2028, 5, 31, tzinfo=UTC)


class CheckOutView(StaffView):
    """A check-out at the desk."""

    needs = Permission.MANAGE_STAYS
    source: ClassVar[str] = "staff_checkout_endpoint"

    @documentation.CHECK_OUT
    def post(self, _request: Request, booking_id: str, **_: Any) -> Response:
        """End the stay."""
        return self.check_out(booking_id)

    def check_out(self, booking_id: str) -> Response:
        """End the stay and tell of it."""
        booking = checkout_booking(
            booking=self.booking(booking_id), performed_by=self.staff.actor, source=self.source
        )
        return Response(check_out_body(booking))


class LegacyCheckOutView(CheckOutView):
    """The same at the address that older front ends call."""

    source = "legacy_checkout_endpoint"

    @documentation.LEGACY_CHECK_OUT
    def post(self, _request: Request, booking_id: str, **_: Any) -> Response:
        """End the stay."""
        return self.check_out(booking_id)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Say that the address goes out of use, from when on, and what takes its place."""
        final = super().finalize_response(request, response, *args, **kwargs)
        successor = reverse("staff-check-out", kwargs=self.kwargs)
        final["Deprecation"] = f"@{int(LEGACY_SINCE.timestamp())}"
        final["Sunset"] = format_datetime(LEGACY_UNTIL, usegmt=True)
        final["Link"] = f'<{successor}>; rel="successor-version"'
        return final


class BulkCheckOutView(StaffView):
    """Many check-outs."""

    needs = Permission.MANAGE_STAYS

    @documentation.BULK_CHECK_OUT
    def post(self, request: Request, **_: Any) -> Response:
        """End the stays of the rooms named."""
        body = read_body(request, BulkCheckOutSerializer)
        is_destructive = body["destructive"]
        items = bulk_check_out(
            BulkCheckOut(
                hotel=self.hotel,
                room_ids=body["room_ids"],
                staff=self.staff,
                is_destructive=is_destructive,
            )
        )
        return Response(bulk_check_out_body(self.hotel, items, is_destructive=is_destructive))
