"""Who the key is: the first call of every integration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.partners.api.base import PartnerView
from apps.partners.api.documentation import partner_refusals, rate_headers
from apps.partners.identity import PartnerIdentity
from apps.partners.scopes import Scope


class KeyHotelSerializer(serializers.Serializer[Any]):
    """A hotel that the key is for."""

    slug = serializers.CharField(help_text="The name in addresses and bodies.")
    name = serializers.CharField(help_text="The name over the door.")
    timezone = serializers.CharField(help_text="IANA zone that its dates and times are in.")


class PingSerializer(serializers.Serializer[Any]):
    """Who calls, and what the key is for."""

    partner = serializers.CharField(source="partner_name", help_text="Whose key it is.")
    name = serializers.CharField(help_text="What the key is used for.")
    prefix = serializers.CharField(help_text="The part of the key that may be seen.")
    scopes = serializers.SerializerMethodField(help_text="What the key may do.")
    hotels = serializers.SerializerMethodField(help_text="Where.")
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the key ends; null: not by itself."
    )

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Scope.choices)))
    def get_scopes(self, partner: PartnerIdentity) -> list[str]:
        """Return the scopes in the order of their names."""
        return sorted(scope.value for scope in partner.scopes)

    @extend_schema_field(KeyHotelSerializer(many=True))
    def get_hotels(self, partner: PartnerIdentity) -> Any:
        """Return the hotels in the order of their slugs."""
        return KeyHotelSerializer(list(partner.hotels.values()), many=True).data


class PingView(PartnerView):
    """``ping/``."""

    needs: ClassVar[Mapping[str, Scope | None]] = {"GET": None}

    @extend_schema(
        operation_id="partner_ping",
        tags=["Partners"],
        summary="See who the key is",
        description="Any key that is alive may ask, whatever its scopes.",
        parameters=rate_headers(200),
        responses={200: PingSerializer, **partner_refusals()},
        examples=[
            OpenApiExample(
                name="A key for one hotel",
                response_only=True,
                status_codes=["200"],
                value={
                    "partner": "Lakeside PMS",
                    "name": "nightly sync",
                    "prefix": "9f31c2aa",
                    "scopes": [Scope.READ_RESERVATIONS.value, Scope.READ_ROOMS.value],
                    "hotels": [
                        {
                            "slug": "hotel-killarney",
                            "name": "Hotel Killarney",
                            "timezone": "Europe/Dublin",
                        }
                    ],
                    "expires_at": "2027-06-30T00:00:00Z",
                },
            )
        ],
    )
    def get(self, _request: Request) -> Response:
        """Tell."""
        return Response(PingSerializer(self.partner).data)
