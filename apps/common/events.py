"""The log of what happened: written with the change, told after the commit, read again later.

Live delivery may lose a message; the log does not. Whoever was cut off asks for what came
``after`` the last number they saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.live import publish_on_commit
from apps.common.models import Event, EventStream


def record_event(stream: str, name: str, data: Mapping[str, Any]) -> Event:
    """Append an event to ``stream``; watchers hear of it once the transaction commits.

    Call it last in a transaction: from here to the commit, the stream's other writers wait.
    """
    with transaction.atomic():
        row = _next(stream)
        event = Event.objects.create(
            stream=row,
            number=row.last_number,
            name=name,
            data=dict(data),
            happened_at=timezone.now(),
        )
        publish_on_commit(group_of(stream), {"number": event.number})
    return event


def _next(stream: str) -> EventStream:
    """Take the stream's next number; its row stays locked until the transaction ends."""
    streams = EventStream.objects.filter(name=stream)
    if not streams.update(last_number=F("last_number") + 1):
        # Two first writers at once: one inserts, the other waits for it and finds the row.
        EventStream.objects.bulk_create([EventStream(name=stream)], ignore_conflicts=True)
        streams.update(last_number=F("last_number") + 1)
    return streams.get()


def events_after(stream: str, number: int, *, limit: int = 500) -> Sequence[Event]:
    """Return the stream's events after ``number``, oldest first."""
    events = Event.objects.filter(stream__name=stream, number__gt=number)
    return list(events.order_by("number")[:limit])


def last_number(stream: str) -> int:
    """Return the number of the stream's newest event, 0 where there is none."""
    found = EventStream.objects.filter(name=stream).values_list("last_number", flat=True).first()
    return found or 0


def group_of(stream: str) -> str:
    """Return the live group that hears of the stream."""
    return f"events.{stream.replace(':', '.')}"
