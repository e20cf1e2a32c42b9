"""Addresses of the desk around check-in, below ``/api/staff/hotels/{hotel_slug}/``."""

from __future__ import annotations

from django.urls import path

from apps.checkin.api import desk_views as views

BOOKING = "room-bookings/<str:booking_id>"

urlpatterns = [
    path("analytics/checkin/", views.FunnelView.as_view(), name="staff-checkin-funnel"),
    path("rooms/checkin/", views.BulkCheckInView.as_view(), name="staff-bulk-check-in"),
    path("checkin-flows/", views.ListFlowsView.as_view(), name="staff-checkin-flows"),
    path(f"{BOOKING}/check-in/", views.CheckInView.as_view(), name="staff-check-in"),
    path(f"{BOOKING}/reissue-codes/", views.ReissueCodesView.as_view(), name="staff-reissue-codes"),
    path(f"{BOOKING}/resend-link/", views.ResendLinkView.as_view(), name="staff-resend-link"),
    path(
        f"{BOOKING}/resume-check-in/", views.ResumeCheckInView.as_view(), name="staff-resume-flow"
    ),
]
