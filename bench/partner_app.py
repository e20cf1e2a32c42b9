"""Floors of the partners' doors: what REST framework does by itself, behind the same middleware.

``/bench/reservations/`` makes a booking by a serializer that is drawn from the model, with the
checks that come with it and nobody to be asked for; ``/bench/reservations/{hotel_slug}/{count}/``
answers rows as the database gives them.
"""

from __future__ import annotations

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.generics import CreateAPIView
from rest_framework.serializers import ModelSerializer

from apps.bookings.models import Booking
from bench.counting import urlpatterns as counted

COLUMNS = (
    *("hotel__slug", "booking_reference", "booking_id", "status", "contact_name"),
    *("contact_email", "contact_phone", "check_in_date", "check_out_date"),
    *("early_check_in_time", "late_check_out_time", "assigned_room__number", "checked_in_at"),
    *("checked_out_at", "created_at", "updated_at"),
)


class BareSerializer(ModelSerializer[Booking]):
    """A booking, as REST framework draws it from the model."""

    class Meta:
        model = Booking
        fields = (
            *("hotel", "booking_id", "booking_reference", "check_in_date", "check_out_date"),
            *("contact_name", "contact_email", "contact_phone"),
        )


class BareCreateView(CreateAPIView[Booking]):
    """Makes a booking."""

    queryset = Booking.objects.all()
    serializer_class = BareSerializer


def bare_page(_request: HttpRequest, slug: str, count: int) -> HttpResponse:
    """Answer so many rows."""
    rows = Booking.objects.filter(hotel__slug=slug).order_by("updated_at", "pk").values(*COLUMNS)
    return HttpResponse(orjson.dumps(list(rows[:count])), content_type="application/json")


urlpatterns = [
    *counted,
    path("bench/reservations/", BareCreateView.as_view()),
    path("bench/reservations/<slug:slug>/<int:count>/", bare_page),
]
