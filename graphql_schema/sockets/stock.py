"""The library's own consumer, which serves each socket alone: the way back from sharing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from strawberry import UNSET
from strawberry.channels import GraphQLWSConsumer
from strawberry.exceptions import ConnectionRejectionError
from strawberry.types.unset import UnsetType

from apps.common.errors import NotAuthenticated
from apps.common.reading import in_thread
from apps.staff.selectors import identify
from graphql_schema.schema import schema

INIT_TIMEOUT: Final = timedelta(seconds=10)
SUBSCRIPTIONS_PER_SOCKET: Final = 100


class StockSocket(GraphQLWSConsumer[Any, None]):
    """A socket of a guest, who needs no login, or of staff, who say theirs in the first message."""

    async def on_ws_connect(self, context: dict[str, Any]) -> UnsetType | dict[str, object] | None:
        """Find out who connects; a wrong login closes the socket with 4403."""
        params = context.get("connection_params") or {}
        authorization = params.get("authorization") if isinstance(params, dict) else None
        if authorization is not None:
            try:
                await in_thread(identify, str(authorization))
            except NotAuthenticated:
                raise ConnectionRejectionError from None
        no_payload: UnsetType = UNSET
        return no_payload


def stock_socket() -> Any:
    """Return the application that speaks GraphQL over a socket."""
    return StockSocket.as_asgi(
        schema=schema,
        allowed_origins=["*"],  # backend.origins has decided; Strawberry knows no trusted pages
        connection_init_wait_timeout=INIT_TIMEOUT,
        max_subscriptions_per_connection=SUBSCRIPTIONS_PER_SOCKET,
        keep_alive=True,
        keep_alive_interval=20,
    )
