"""Addresses of the bookings room, below ``/api/``."""

from __future__ import annotations

from django.urls import path

from apps.bookings.api.views import ReadStayView

urlpatterns = [path("stays/<str:token>/", ReadStayView.as_view(), name="stay")]
