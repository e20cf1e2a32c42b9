"""Addresses of the desk, below ``/api/staff/hotels/{hotel_slug}/``."""

from __future__ import annotations

from django.urls import path

from apps.bookings.api import checkout_views as checkout
from apps.bookings.api import maintenance_views as maintenance
from apps.bookings.api import room_views as rooms
from apps.bookings.api import stay_desk_views as stays

BOOKING = "room-bookings/<str:booking_id>"

urlpatterns = [
    path("room-bookings/", stays.ListBookingsView.as_view(), name="staff-bookings"),
    path(f"{BOOKING}/", stays.BookingView.as_view(), name="staff-booking"),
    path(f"{BOOKING}/check-out/", checkout.CheckOutView.as_view(), name="staff-check-out"),
    path(
        "bookings/<str:booking_id>/checkout/",
        checkout.LegacyCheckOutView.as_view(),
        name="staff-check-out-legacy",
    ),
    path(f"{BOOKING}/undo-check-out/", stays.UndoCheckOutView.as_view(), name="staff-undo"),
    path(f"{BOOKING}/move/", stays.MoveView.as_view(), name="staff-move"),
    path(f"{BOOKING}/change-stay/", stays.ChangeStayView.as_view(), name="staff-change-stay"),
    path("rooms/", rooms.ListRoomsView.as_view(), name="staff-rooms"),
    path(
        "rooms/<str:room_number>/status/",
        rooms.SetRoomStatusView.as_view(),
        name="staff-room-status",
    ),
    path("housekeeping-tasks/", rooms.ListTasksView.as_view(), name="staff-tasks"),
    path("housekeeping-tasks/<str:task_id>/", rooms.TaskView.as_view(), name="staff-task"),
    path("maintenance/", maintenance.MaintenanceView.as_view(), name="staff-maintenance"),
    path(
        "maintenance/<str:maintenance_id>/end/",
        maintenance.EndMaintenanceView.as_view(),
        name="staff-end-maintenance",
    ),
    path("alerts/", rooms.ListAlertsView.as_view(), name="staff-alerts"),
    path(
        "analytics/checkout/",
        rooms.CheckOutAnalyticsView.as_view(),
        name="staff-check-out-analytics",
    ),
]
