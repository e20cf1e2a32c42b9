"""Floors of the seat bench: bare Django views on the product's own database, server and threads.

One inserts a row; one reads the seats of an event by ``.values()`` and encodes them.
"""

from __future__ import annotations

import os
import uuid
from typing import Any, Final

import django
import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.bare_settings")
django.setup(set_prefix=False)

from backend.kept_threads import KeptThreadsHandler  # noqa: E402  # once Django is set up

application: Any = KeptThreadsHandler()

SHOWN: Final = (
    *("id", "label", "section__name", "row", "number", "x", "y", "category", "price"),
    *("is_accessible", "is_companion", "is_blocked"),
)


@csrf_exempt
def insert(_request: HttpRequest) -> HttpResponse:
    """Insert one row."""
    from apps.seating.models import SeatingEvent, Section

    name = uuid.uuid4().hex
    Section.objects.create(event=SeatingEvent(pk=1), name=name)
    return _json({"name": name})


def values(_request: HttpRequest, slug: str) -> HttpResponse:
    """Show the seats of an event."""
    from apps.seating.models import Seat

    rows = list(Seat.objects.filter(event__slug=slug).order_by("pk").values(*SHOWN))
    return _json(rows)


def _json(body: object) -> HttpResponse:
    content = orjson.dumps(body, default=str)
    # A middleware of Django's says the length; there is none here.
    headers = {"Content-Length": str(len(content))}
    return HttpResponse(content, content_type="application/json", headers=headers)


urlpatterns = [path("insert/", insert), path("values/<str:slug>/", values)]
