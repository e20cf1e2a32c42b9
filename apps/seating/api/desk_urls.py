"""Addresses of seats for staff, below ``/api/staff/hotels/{hotel_slug}/``."""

from __future__ import annotations

from django.urls import path

from apps.seating.api import block_views

EVENT = "seating-events/<str:event_slug>"

urlpatterns = [
    path(f"{EVENT}/seats/block/", block_views.BlockSeatsView.as_view(), name="staff-seats-block"),
    path(
        f"{EVENT}/seats/unblock/",
        block_views.UnblockSeatsView.as_view(),
        name="staff-seats-unblock",
    ),
    path(f"{EVENT}/seat-map/", block_views.SeatMapImportView.as_view(), name="staff-seat-map"),
]
