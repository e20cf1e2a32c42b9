"""Addresses of the concierge, below ``/api/``."""

from __future__ import annotations

from django.urls import path

from apps.concierge.api.views import CodeProblemView, StayView

urlpatterns = [
    path("stays/<str:token>/", StayView.as_view(), name="stay"),
    path("stays/<str:token>/code-problem/", CodeProblemView.as_view(), name="stay-code-problem"),
]
