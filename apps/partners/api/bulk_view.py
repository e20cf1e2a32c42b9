"""The door to many reservations at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.api.views import read_body
from apps.partners.api import reservation_documentation as documentation
from apps.partners.api.base import PartnerView
from apps.partners.api.bulk_items import put_reservations
from apps.partners.api.compression import compressed
from apps.partners.api.hotels import hotel_meant, hotel_of_address
from apps.partners.api.once import once_by_parts
from apps.partners.api.serializers import (
    BulkReservationResultsSerializer,
    BulkReservationsSerializer,
    NewReservationSerializer,
)
from apps.partners.reservations import NO_CONDITION
from apps.partners.scopes import Scope
from apps.partners.services.reservations import Sent


@compressed
class BulkReservationsView(PartnerView):
    """``bulk/reservations/``: beside the reservations, for one of them may be called anything."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"POST": Scope.WRITE_RESERVATIONS}

    @documentation.BULK
    @once_by_parts
    def post(self, request: Request) -> Response:
        """Make or change each."""
        items = read_body(request, BulkReservationsSerializer)["reservations"]
        named = hotel_of_address(request)
        if named is not None:  # wrong for all is an answer of its own
            hotel_meant(self.partner, named)
        results = put_reservations(items, lambda item: self._read(item, named))
        return Response(BulkReservationResultsSerializer({"results": list(results)}).data)

    def _read(self, item: Mapping[str, Any], named: str | None) -> Sent:
        """Return what the item says. Raises ValidationError, HotelNotFound, Invalid."""
        parsing = NewReservationSerializer(data=item)
        parsing.is_valid(raise_exception=True)
        said: Mapping[str, Any] = parsing.validated_data
        return Sent(
            hotel=hotel_meant(self.partner, said.get("hotel", named)),
            reference=said["booking_reference"],
            said=said,
            condition=NO_CONDITION,
            performed_by=self.partner.actor,
        )
