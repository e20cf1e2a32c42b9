"""Addresses of the staff room."""

from django.urls import path

from apps.staff.api.views import TokenView

urlpatterns = [path("token/", TokenView.as_view(), name="auth-token")]
