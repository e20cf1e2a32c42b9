"""What a request asks for: one operation, or several where batches are allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from apps.common.errors import TooLarge
from graphql_schema.http.refusals import RequestRefused, body_refused, method_not_allowed
from graphql_schema.http.uploads import read_form
from graphql_schema.limits import DocumentRefused, check_variables
from graphql_schema.persisted.automatic import Persisted

JSON_TYPES: Final = ("application/json", "application/graphql-response+json")
FORM_TYPE: Final = "multipart/form-data"
KINDS: Final[Mapping[str, type]] = {
    "query": str,
    "operationName": str,
    "variables": dict,
    "extensions": dict,
}
KIND_NAMES: Final[Mapping[type, str]] = {str: "a text", dict: "an object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One operation, as it came; ``query`` is absent where a digest stands for it."""

    query: str | None
    variables: dict[str, Any]
    operation_name: str | None
    persisted: Persisted | None

    @classmethod
    def of(cls, body: Any) -> Asked:
        """Check the types of a decoded body. Raises DocumentRefused."""
        if not isinstance(body, dict):
            raise DocumentRefused("An operation must be a JSON object.")
        for name, kind in KINDS.items():
            if not isinstance(body.get(name), kind | None):
                raise DocumentRefused(f"`{name}` must be {KIND_NAMES[kind]}.")
        variables = body.get("variables") or {}
        check_variables(variables)
        return cls(
            query=body.get("query"),
            variables=variables,
            operation_name=body.get("operationName") or None,
            persisted=Persisted.of(body.get("extensions")),
        )

    def text(self) -> str:
        """Return the document. Raises DocumentRefused."""
        if self.persisted is None:
            if not self.query:
                raise DocumentRefused("The request has no `query`.")
            return self.query
        if not self.query:
            return self.persisted.text()
        self.persisted.check(self.query)
        return self.query


def read_body(request: HttpRequest) -> Any:
    """Return the decoded body, with uploaded files in their places. Raises DocumentRefused."""
    if request.content_type in JSON_TYPES:
        return decode(_bytes_of(request))
    if request.content_type == FORM_TYPE:
        return read_form(request, decode)
    raise RequestRefused(
        f"Send {JSON_TYPES[0]}, or {FORM_TYPE} with files.",
        code="UNSUPPORTED_MEDIA_TYPE",
        status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    )


def read_address(request: HttpRequest) -> dict[str, Any]:
    """Return what a GET asks for by its address. Raises DocumentRefused."""
    if "query" in request.GET or "extensions" not in request.GET:
        raise method_not_allowed(
            "GET takes persisted queries by their digest only; send others by POST.", allow="POST"
        )
    return {
        "operationName": request.GET.get("operationName"),
        "variables": decode(request.GET.get("variables") or "null"),
        "extensions": decode(request.GET["extensions"]),
    }


def decode(text: str | bytes) -> Any:
    """Decode JSON. Raises DocumentRefused."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass  # as a rule; halves of characters are valid JSON, and for the services to refuse
    try:
        whole = text.decode() if isinstance(text, bytes) else text
        return json.loads(whole, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise DocumentRefused("What was sent is not valid JSON in UTF-8.") from None


def _no_number(constant: str) -> Any:
    raise ValueError(constant)


def split_batch(body: Any) -> list[Any]:
    """Return the operations of a batch. Raises DocumentRefused."""
    most = settings.GRAPHQL_BATCH_LIMIT
    if not most:
        raise DocumentRefused("Send one operation in a request.", code="BATCHING_DISABLED")
    if not 0 < len(body) <= most:
        raise DocumentRefused(f"A batch has 1 to {most} operations.", limit="batch", most=most)
    return list(body)


def _bytes_of(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise body_refused(TooLarge()) from None
    except UnreadablePostError:
        raise DocumentRefused("The request broke off.") from None
