"""Addresses of the desk's chat and room service, below ``/api/staff/hotels/{hotel_slug}/``."""

from __future__ import annotations

from django.urls import path

from apps.concierge.api import desk_views as views

urlpatterns = [
    path("conversations/", views.ConversationsView.as_view(), name="staff-conversations"),
    path("messages/", views.MessagesView.as_view(), name="staff-messages"),
    path("messages/read/", views.ReadMessagesView.as_view(), name="staff-messages-read"),
    path("orders/", views.OrdersView.as_view(), name="staff-orders"),
    path("orders/<str:order_id>/status/", views.OrderStatusView.as_view(), name="staff-order"),
]
