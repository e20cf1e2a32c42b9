"""Where every door for WebSockets hangs."""

from __future__ import annotations

from typing import Any, cast

from channels.routing import URLRouter
from django.urls import path, re_path

from apps.bookings.sockets import hotel_socket
from apps.common.sockets import refuse_unknown_path
from apps.seating.sockets import seat_socket
from graphql_schema.sockets import graphql_socket


def websocket_routes() -> Any:
    """Return the application that finds the door to an address.

    Channels routes to ASGI applications with Django's own paths, which are typed for views.
    """
    return URLRouter(
        [
            path("graphql/", cast(Any, graphql_socket)),
            path("ws/hotels/<str:hotel_slug>/", cast(Any, hotel_socket)),
            path("ws/seats/<str:event_slug>/", cast(Any, seat_socket)),
            re_path(r"", cast(Any, refuse_unknown_path)),
        ]
    )
