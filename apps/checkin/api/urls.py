"""Addresses of the check-in, below ``/api/checkin/``."""

from __future__ import annotations

from django.urls import path

from apps.checkin.api import views

urlpatterns = [
    path("start/", views.StartView.as_view(), name="checkin-start"),
    path("<str:token>/", views.ReadFlowView.as_view(), name="checkin-flow"),
    path("<str:token>/details/", views.DetailsView.as_view(), name="checkin-details"),
    path("<str:token>/parking/", views.ParkingView.as_view(), name="checkin-parking"),
    path("<str:token>/confirm/", views.ConfirmView.as_view(), name="checkin-confirm"),
    path("<str:token>/pin-status/", views.PinStatusView.as_view(), name="checkin-pin-status"),
]
