"""GraphQL over HTTP: a plain synchronous view, which serves WSGI and ASGI alike."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import GraphQLView

from graphql_schema.schema import schema


class DoorstepGraphQLView(GraphQLView[Any, None]):
    """Never authenticates by cookie, so it needs no CSRF token."""

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
