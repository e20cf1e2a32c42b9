"""Addresses of the locks room."""

from django.urls import path

from apps.locks.api.views import TTLockCallbackView

urlpatterns = [
    path("ttlock/callback/<str:secret>/", TTLockCallbackView.as_view(), name="ttlock-callback"),
]
