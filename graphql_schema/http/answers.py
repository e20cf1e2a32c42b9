"""How answers leave: statuses, headers, and the request's id in every error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from apps.common.middleware import current_request_id
from graphql_schema.http.refusals import RequestRefused
from graphql_schema.limits import DocumentRefused

log = structlog.get_logger(__name__)

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
# Clients take 400 to mean that the server knows no persisted queries. Source: Apollo's protocol.
STATUS_OF_CODE: Final[Mapping[str, HTTPStatus]] = {
    "INTERNAL_ERROR": HTTPStatus.INTERNAL_SERVER_ERROR,
    "PERSISTED_QUERY_NOT_FOUND": HTTPStatus.OK,
    "PERSISTED_QUERY_NOT_SUPPORTED": HTTPStatus.OK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one operation."""

    status: HTTPStatus
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing went wrong."""
        return "errors" not in self.body

    @property
    def was_executed(self) -> bool:
        """Whether execution began."""
        return "data" in self.body

    @classmethod
    def of_result(cls, result: ExecutionResult) -> Answer:
        """Translate a result; where execution never began, there is no ``data``.

        Source: GraphQL specification, 7.1 "Response Format".
        """
        errors = result.errors or []
        if result.data is None and errors and all(error.path is None for error in errors):
            return cls._without_data(errors)
        body: dict[str, Any] = {"data": result.data}
        if errors:
            body["errors"] = [_shown(error) for error in errors]
        return cls(status=HTTPStatus.OK, body=body)

    @classmethod
    def of_refusal(cls, refusal: DocumentRefused) -> Answer:
        """Translate a refusal."""
        if isinstance(refusal, RequestRefused):
            return cls(
                status=refusal.status, body={"errors": [_shown(refusal)]}, headers=refusal.headers
            )
        return cls._without_data([refusal])

    @classmethod
    def _without_data(cls, errors: list[GraphQLError]) -> Answer:
        shown = [_shown(error) for error in errors]
        code = shown[0]["extensions"]["code"]
        log.info("graphql.refused", reason=code, limit=shown[0]["extensions"].get("limit"))
        return cls(status=STATUS_OF_CODE.get(code, HTTPStatus.BAD_REQUEST), body={"errors": shown})


def respond(request: HttpRequest, answers: list[Answer], *, is_batch: bool) -> HttpResponse:
    """Return the response; a batch of which nothing was executed is refused as a whole."""
    statuses = {answer.status for answer in answers}
    status = statuses.pop() if len(statuses) == 1 else HTTPStatus.OK
    bodies = [answer.body for answer in answers]
    response = HttpResponse(
        _encode(bodies if is_batch else bodies[0]),
        status=status,
        content_type=GRAPHQL_JSON if _prefers_graphql_json(request) else JSON,
    )
    response["Cache-Control"] = "no-store"  # answers carry PINs and personal data
    response["Vary"] = "Accept"
    for answer in answers:
        for name, value in answer.headers.items():
            response[name] = value
    return response


def _encode(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:  # half a character that a caller sent, or a type of Django's
        return json.dumps(body, cls=DjangoJSONEncoder).encode()


def _shown(error: GraphQLError) -> dict[str, Any]:
    """Return an error as clients see it: a copy, since remembered documents share theirs."""
    shown: dict[str, Any] = dict(error.formatted)
    extensions = {"code": "VALIDATION_ERROR", **(error.extensions or {})}
    request_id = current_request_id()
    shown["extensions"] = {**extensions, "requestId": request_id} if request_id else extensions
    return shown


def _prefers_graphql_json(request: HttpRequest) -> bool:
    return request.get_preferred_type([JSON, GRAPHQL_JSON]) == GRAPHQL_JSON
