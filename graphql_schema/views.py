"""GraphQL over HTTP: a plain synchronous view, which serves WSGI and ASGI alike."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from cross_web import HTTPException, SyncHTTPRequestAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import GraphQLView
from strawberry.http import GraphQLRequestData

from graphql_schema.schema import schema


class DoorstepGraphQLView(GraphQLView[Any, None]):
    """Never authenticates by cookie, so it needs no CSRF token."""

    def parse_http_body(
        self, request: SyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Read the request's body. Raises HTTPException for bytes that are no text."""
        try:
            return super().parse_http_body(request)
        except UnicodeDecodeError:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is not UTF-8.") from None

    def decode_json(self, data: str | bytes) -> Any:
        """Decode the body. Raises HTTPException for what is nested too deep or no object."""
        try:
            decoded = super().decode_json(data)
        except RecursionError:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The body is nested too deep.") from None
        if not isinstance(decoded, dict | list):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.")
        return decoded

    def encode_json(self, data: object) -> str | bytes:
        """Encode the answer; errors may quote half characters, which only the slow way can."""
        try:
            return orjson.dumps(data)
        except TypeError:
            return super().encode_json(data)

    def get_context(self, request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
        """Return what resolvers see."""
        return {"request": request, "response": response}


graphql_view = csrf_exempt(
    DoorstepGraphQLView.as_view(
        schema=schema,
        graphql_ide="graphiql" if settings.DEBUG else None,
        allow_queries_via_get=False,
        multipart_uploads_enabled=True,
    )
)
