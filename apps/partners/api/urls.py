"""Addresses for partners, below ``/api/partner/v1/``."""

from __future__ import annotations

from django.urls import path

from apps.partners.api import reservation_views as reservations
from apps.partners.api import room_views as rooms
from apps.partners.api import webhook_urls
from apps.partners.api.bulk_view import BulkReservationsView
from apps.partners.api.ping import PingView

RESERVATION = "reservations/<str:booking_reference>"

urlpatterns = [
    path("ping/", PingView.as_view(), name="partner-ping"),
    path("reservations/", reservations.ReservationsView.as_view(), name="partner-reservations"),
    path(f"{RESERVATION}/", reservations.ReservationView.as_view(), name="partner-reservation"),
    path(f"{RESERVATION}/cancel/", reservations.CancelView.as_view(), name="partner-cancel"),
    path(f"{RESERVATION}/no-show/", reservations.NoShowView.as_view(), name="partner-no-show"),
    path(f"{RESERVATION}/check-in/", reservations.CheckInView.as_view(), name="partner-check-in"),
    path(
        f"{RESERVATION}/check-out/", reservations.CheckOutView.as_view(), name="partner-check-out"
    ),
    path("bulk/reservations/", BulkReservationsView.as_view(), name="partner-bulk"),
    path("rooms/", rooms.RoomsView.as_view(), name="partner-rooms"),
    path("access-codes/", rooms.AccessCodesView.as_view(), name="partner-access-codes"),
    *webhook_urls.urlpatterns,
]
