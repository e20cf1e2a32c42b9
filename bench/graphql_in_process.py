"""Ask the GraphQL view inside this process: ``python -m bench.graphql_in_process TIMES``.

Prints ``{name: [[seconds, processor seconds], …]}``. Wants a migrated database with the event
``gala``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import django
import orjson

EVENT: Final = '{ seatingEvent(slug: "gala") { name venue version } }'
MAP: Final = """{ seatMap(eventSlug: "gala") { version seats {
  id label status section category price } } }"""
COLUMNS: Final = ("id", "label", "blocked_reason", "section__name", "category", "price")
WARM_UP: Final = 20


def main(times: int) -> dict[str, list[tuple[float, float]]]:
    """Return the samples of each question."""
    from django.db.models import Exists, OuterRef
    from django.test import RequestFactory
    from django.utils import timezone

    from apps.seating.models import Seat, SeatingEvent
    from apps.seating.seat_map import live_allocations
    from graphql_schema.views import graphql_view

    def ask(query: str) -> Callable[[], object]:
        body = orjson.dumps({"query": query})

        def once() -> object:
            request = RequestFactory().post("/graphql/", body, content_type="application/json")
            answer: Any = graphql_view(request)
            if answer.status_code != 200 or b'"errors"' in answer.content[:50]:
                raise RuntimeError(answer.content[:200])
            return answer

        return once

    def bare_event() -> object:
        rows = SeatingEvent.objects.filter(slug="gala").values("name", "venue", "seq")
        return orjson.dumps(list(rows))

    def bare_map() -> object:
        rows = Seat.objects.filter(event__slug="gala").values(*COLUMNS)
        return orjson.dumps(list(rows), default=str)

    def bare_states() -> object:
        taken = Exists(live_allocations(timezone.now()).filter(seat=OuterRef("pk")))
        rows = Seat.objects.filter(event__slug="gala").values(*COLUMNS, taken=taken)
        return orjson.dumps(list(rows), default=str)

    questions = {"event": ask(EVENT), "bare event": bare_event}
    questions |= {"map": ask(MAP), "bare map": bare_map, "bare states": bare_states}
    return {name: _sampled(question, times) for name, question in questions.items()}


def _sampled(question: Callable[[], object], times: int) -> list[tuple[float, float]]:
    for _ in range(WARM_UP):
        question()
    samples = []
    for _ in range(times):
        wall, used = time.perf_counter(), time.process_time()
        question()
        samples.append((time.perf_counter() - wall, time.process_time() - used))
    return samples


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    print(json.dumps(main(int(sys.argv[1]))))
