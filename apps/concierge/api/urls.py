"""Addresses of the concierge, below ``/api/``."""

from __future__ import annotations

from django.urls import path

from apps.concierge.api import guest_views
from apps.concierge.api.views import CodeProblemView, StayView

urlpatterns = [
    path("stays/<str:token>/", StayView.as_view(), name="stay"),
    path("stays/<str:token>/code-problem/", CodeProblemView.as_view(), name="stay-code-problem"),
    path(
        "stays/<str:token>/messages/",
        guest_views.GuestMessagesView.as_view(),
        name="stay-messages",
    ),
    path(
        "stays/<str:token>/messages/read/",
        guest_views.GuestReadView.as_view(),
        name="stay-messages-read",
    ),
    path("stays/<str:token>/orders/", guest_views.GuestOrdersView.as_view(), name="stay-orders"),
    path(
        "stays/<str:token>/push-token/", guest_views.PushTokenView.as_view(), name="stay-push-token"
    ),
]
