"""Addresses of seats for staff, below ``/api/staff/hotels/{hotel_slug}/``."""

from __future__ import annotations

from django.urls import path

from apps.seating.api import block_views, review_views

EVENT = "seating-events/<str:event_slug>"
ORDER = f"{EVENT}/orders/<str:number>"

urlpatterns = [
    path(f"{EVENT}/seats/block/", block_views.BlockSeatsView.as_view(), name="staff-seats-block"),
    path(
        f"{EVENT}/seats/unblock/",
        block_views.UnblockSeatsView.as_view(),
        name="staff-seats-unblock",
    ),
    path(f"{EVENT}/orders/", review_views.OrderQueueView.as_view(), name="staff-seat-orders"),
    path(f"{ORDER}/review/", review_views.ReviewView.as_view(), name="staff-seat-review"),
    path(f"{ORDER}/payment/", review_views.ReceivedView.as_view(), name="staff-seat-payment"),
    path(f"{ORDER}/reopen/", review_views.ReopenView.as_view(), name="staff-seat-reopen"),
    path(f"{EVENT}/seat-map/", block_views.SeatMapImportView.as_view(), name="staff-seat-map"),
]
