"""GraphQL over HTTP: a plain synchronous view, which serves WSGI and ASGI alike.

It never authenticates by cookie, so it needs no CSRF token.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from graphql import OperationDefinitionNode, OperationType

from apps.common import tracing
from apps.common.log_context import note
from graphql_schema.documents import named
from graphql_schema.http.answers import Answer, respond
from graphql_schema.http.asking import Asked, read_address, read_body, split_batch
from graphql_schema.http.caching import let_caches_keep
from graphql_schema.http.explorer import explorer_page
from graphql_schema.http.refusals import method_not_allowed
from graphql_schema.limits import DocumentRefused
from graphql_schema.schema import schema

ASKED_BY_ADDRESS: Final = frozenset({"query", "extensions"})


@csrf_exempt
def graphql_view(request: HttpRequest) -> HttpResponseBase:
    """Answer one operation, or a batch of them."""
    if _is_for_people(request):
        return explorer_page()
    try:
        if request.method == "GET":
            return _answer_get(request)
        if request.method == "POST":
            return _answer_post(request)
        raise method_not_allowed("GraphQL takes POST and GET.", allow="GET, POST")
    except DocumentRefused as refusal:
        return respond(request, [Answer.of_refusal(refusal)], is_batch=False)


def _is_for_people(request: HttpRequest) -> bool:
    """Answer whether somebody opens the page of the schema explorer."""
    # The explorer keeps what is typed into it in the address, under names of its own.
    is_asked = not ASKED_BY_ADDRESS.isdisjoint(request.GET)
    asks_for_page = request.method == "GET" and not is_asked and request.accepts("text/html")
    return asks_for_page and settings.GRAPHQL_IDE


def _answer_get(request: HttpRequest) -> HttpResponseBase:
    asked = Asked.of(read_address(request))
    text = asked.text()
    operation = schema.read(text).operation(asked.operation_name)
    if operation.operation is not OperationType.QUERY:
        raise method_not_allowed("GET answers queries; send others by POST.", allow="POST")
    answer = _executed(request, text, asked, operation)
    response = respond(request, [answer], is_batch=False)
    return let_caches_keep(request, response, operation) if answer.is_whole else response


def _answer_post(request: HttpRequest) -> HttpResponse:
    body = read_body(request)
    if isinstance(body, list):
        answers = [_answer(request, part) for part in split_batch(body)]
        return respond(request, answers, is_batch=True)
    return respond(request, [_answer(request, body)], is_batch=False)


def _answer(request: HttpRequest, body: Any) -> Answer:
    try:
        return _answer_asked(request, Asked.of(body))
    except DocumentRefused as refusal:
        return Answer.of_refusal(refusal)


def _answer_asked(request: HttpRequest, asked: Asked) -> Answer:
    text = asked.text()
    operation = schema.read(text).operation(asked.operation_name)
    if operation.operation is OperationType.SUBSCRIPTION:
        raise DocumentRefused("Subscriptions need a WebSocket.")
    answer = _executed(request, text, asked, operation)
    if asked.persisted is not None and asked.query and answer.was_executed:
        asked.persisted.remember(text)
    return answer


def _executed(
    request: HttpRequest, text: str, asked: Asked, operation: OperationDefinitionNode
) -> Answer:
    note(operation=named(operation))
    with tracing.span(f"graphql {named(operation)}") as span:
        result = schema.execute_sync(
            text,
            variable_values=asked.variables,
            context_value={"request": request},
            operation_name=operation.name.value if operation.name else None,
        )
        if result.errors:
            span.fail("GraphQLError")
    return Answer.of_result(result)
