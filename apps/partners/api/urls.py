"""Addresses for partners, below ``/api/partner/v1/``."""

from __future__ import annotations

from django.urls import path

from apps.partners.api.ping import PingView

urlpatterns = [path("ping/", PingView.as_view(), name="partner-ping")]
