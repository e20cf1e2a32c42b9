"""What the REST doors have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from apps.common.api.parsers import StreamedRequest


class JsonWhateverIsAccepted(DefaultContentNegotiation):
    """There is one type of answer; a client that names others is not refused for it."""

    def select_renderer(
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],  # type: ignore[override]  # the stubs ask for a list
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the door's first renderer."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A door: parse, call, render."""

    content_negotiation_class = JsonWhateverIsAccepted

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Wrap the request so that a body in chunks is read too."""
        return StreamedRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )


class SecretView(ApiView):
    """A door whose addresses or answers hold keys: nothing on the way may keep them."""

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Forbid storing the answer and telling its address, whatever the outcome."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        final["Referrer-Policy"] = "no-referrer"
        return final


def read_query(request: Request, shape: type[Serializer[Any]]) -> Mapping[str, Any]:
    """Return what the address asks for, in the ``shape`` given. Raises ValidationError."""
    parsing = shape(data=request.query_params)
    parsing.is_valid(raise_exception=True)
    parsed: Mapping[str, Any] = parsing.validated_data
    return parsed


def read_body(request: Request, shape: type[Serializer[Any]]) -> Mapping[str, Any]:
    """Return the body in the ``shape`` of a serializer. Raises ValidationError, TooLarge."""
    parsing = shape(data=request.data)
    parsing.is_valid(raise_exception=True)
    parsed: Mapping[str, Any] = parsing.validated_data
    return parsed
