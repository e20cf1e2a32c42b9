"""Bodies of requests: JSON objects, read no further than their limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, Final

import orjson
from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from apps.common.errors import TooLarge

NOT_JSON: Final = "The body is not valid JSON in UTF-8."
NOT_AN_OBJECT: Final = "The body must be a JSON object."


class JsonObjectParser(BaseParser):
    """Parses a JSON object of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes; nothing is ``{}``."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the object. Raises ParseError, TooLarge."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        if not body:
            return {}
        try:
            # Refuses what json.loads lets pass or breaks on: NaN, lone surrogates, endless nesting.
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise ParseError(NOT_JSON) from None
        if not isinstance(parsed, dict):
            raise ParseError(NOT_AN_OBJECT)
        return parsed


class StreamedRequest(Request):
    """A request whose body may come in chunks, without a length told before.

    The framework takes a missing ``Content-Length`` for a missing body.
    """

    _request: HttpRequest
    _stream: Any

    def _load_stream(self) -> None:
        super()._load_stream()  # type: ignore[misc]  # absent from the stubs
        if self._stream is None and "chunked" in self._request.headers.get("Transfer-Encoding", ""):
            self._stream = self._request
