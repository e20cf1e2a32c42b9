"""Addresses of the desk, below ``/api/staff/hotels/{hotel_slug}/``."""

from __future__ import annotations

from django.urls import path

from apps.bookings.api import checkout_views as checkout

BOOKING = "room-bookings/<str:booking_id>"

urlpatterns = [
    path(f"{BOOKING}/check-out/", checkout.CheckOutView.as_view(), name="staff-check-out"),
    path(
        "bookings/<str:booking_id>/checkout/",
        checkout.LegacyCheckOutView.as_view(),
        name="staff-check-out-legacy",
    ),
]
