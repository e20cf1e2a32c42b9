"""Addresses of the concierge, below ``/api/``."""

from __future__ import annotations

from django.urls import path

from apps.concierge.api.views import ReadStayView

urlpatterns = [path("stays/<str:token>/", ReadStayView.as_view(), name="stay")]
