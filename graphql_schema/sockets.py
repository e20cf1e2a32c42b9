"""GraphQL over WebSockets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from channels.routing import URLRouter
from django.urls import path
from strawberry.channels import GraphQLWSConsumer

from graphql_schema.schema import schema

INIT_TIMEOUT: Final = timedelta(seconds=10)
SUBSCRIPTIONS_PER_SOCKET: Final = 100


def websocket_routes() -> Any:
    """Return the routes of sockets that speak GraphQL."""
    consumer = GraphQLWSConsumer.as_asgi(
        schema=schema,
        allowed_origins=["*"],  # backend.origins has decided; Strawberry knows no trusted pages
        connection_init_wait_timeout=INIT_TIMEOUT,
        max_subscriptions_per_connection=SUBSCRIPTIONS_PER_SOCKET,
        keep_alive=True,
        keep_alive_interval=20,
    )
    return URLRouter([path("graphql/", consumer)])
