"""Addresses of seats, below ``/api/seating/``."""

from __future__ import annotations

from django.urls import path

from apps.seating.api import best_views, map_views, picture_view, review_views, views, waiting_views

urlpatterns = [
    path("events/<str:slug>/seats/", map_views.SeatMapView.as_view(), name="seats"),
    path(
        "events/<str:slug>/seats.svg",
        picture_view.SeatPictureView.as_view(),
        name="seats-picture",
    ),
    path("events/<str:slug>/chart/", map_views.ChartView.as_view(), name="seat-chart"),
    path(
        "events/<str:slug>/availability/",
        map_views.AvailabilityView.as_view(),
        name="seat-availability",
    ),
    path(
        "events/<str:slug>/best-available/",
        best_views.BestAvailableView.as_view(),
        name="seats-best",
    ),
    path(
        "events/<str:slug>/orders/best/",
        best_views.SelectBestSeatsView.as_view(),
        name="seat-orders-best",
    ),
    path("events/<str:slug>/orders/", views.SelectSeatsView.as_view(), name="seat-orders"),
    path(
        "events/<str:slug>/waiting-list/",
        waiting_views.JoinWaitingListView.as_view(),
        name="waiting-list",
    ),
    path(
        "waiting-list/<str:token>/",
        waiting_views.WaitingListEntryView.as_view(),
        name="waiting-list-entry",
    ),
    path("proofs/<str:name>/", review_views.ProofView.as_view(), name="seat-proof"),
    path("orders/<str:token>/", views.OrderView.as_view(), name="seat-order"),
    path("orders/<str:token>/seats/", views.OrderSeatsView.as_view(), name="seat-order-seats"),
    path(
        "orders/<str:token>/payment-proof/",
        views.PaymentProofView.as_view(),
        name="seat-order-proof",
    ),
]
