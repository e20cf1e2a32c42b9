"""What benches add to the product's doors: a count in every answer, and one bare answer.

``X-Statements`` says how many statements that read or write an answer took.
``/bench/board/{hotel_slug}/{count}/`` answers so many rows of the room board as the database gives
them: what any server on this machine would spend on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.bookings.desk_lists import room_board
from apps.bookings.models import Hotel
from backend.urls import urlpatterns as of_the_product

HEADER: Final = "X-Statements"
WORDS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
COLUMNS: Final = (
    *("id", "number", "is_occupied", "condition", "is_out_of_service"),
    *("stay", "task", "repair"),
)

Answer = Callable[[HttpRequest], HttpResponse]


class _Counter:
    def __init__(self) -> None:
        self.made = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.made += sql.upper().startswith(WORDS)
        return execute(sql, *rest)


def count_statements(get_response: Answer) -> Answer:
    """Return the middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        counter = _Counter()
        with connection.execute_wrapper(counter):
            response = get_response(request)
        response[HEADER] = str(counter.made)
        return response

    return answer


def bare_board(_request: HttpRequest, slug: str, count: int) -> HttpResponse:
    """Answer the board's rows."""
    rows = room_board(Hotel.objects.get(slug=slug)).order_by("number").values(*COLUMNS)[:count]
    return HttpResponse(orjson.dumps(list(rows)), content_type="application/json")


urlpatterns = [*of_the_product, path("bench/board/<slug:slug>/<int:count>/", bare_board)]
