"""Addresses of the pages."""

from django.urls import path

from apps.pages.views import guest_page

urlpatterns = [path("demo/guest/", guest_page, name="guest-page")]
