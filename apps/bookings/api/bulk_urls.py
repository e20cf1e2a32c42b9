"""The address of the bulk check-out: below ``/api/staff/hotel/{hotel_slug}/``, in the singular, as
front ends in use call it."""

from __future__ import annotations

from django.urls import path

from apps.bookings.api.checkout_views import BulkCheckOutView

urlpatterns = [
    path("rooms/checkout/", BulkCheckOutView.as_view(), name="staff-bulk-check-out"),
]
