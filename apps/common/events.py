"""The log of what happened: written with the change, told after the commit, read again later.

Live delivery may lose a message; the log does not. Whoever was cut off asks for what came
``after`` the last number they saw.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.common.live import publish_on_commit
from apps.common.maintenance import delete_portion
from apps.common.models import Event, EventStream
from apps.common.statements import KnownInsert

GROUPS: Final = "events."  # how the live groups of streams begin
# Both databases know RETURNING, and the ORM does not: a read of its own would follow each update.
TAKE_NUMBERS: Final = (
    "UPDATE common_eventstream SET last_number = last_number + %s WHERE name = %s"
    " RETURNING id, last_number"
)
INSERT: Final = KnownInsert(Event)
RESYNC: Final = "resync"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something to be told: its name, and ids and states."""

    name: str
    data: Mapping[str, Any]


def record_event(stream: str, name: str, data: Mapping[str, Any]) -> Event:
    """Append one event to ``stream``, as ``record_events`` does."""
    return record_events(stream, [News(name=name, data=data)])[0]


def record_events(stream: str, news: Sequence[News]) -> Sequence[Event]:
    """Append events to ``stream``, in this order; watchers hear of them once the transaction
    commits.

    Call it once and last in a transaction: from here to the commit, the stream's other writers
    wait.
    """
    if not news:
        return ()
    with transaction.atomic(savepoint=False):
        stream_pk, last = _take_numbers(stream, len(news))
        now = timezone.now()
        first = last - len(news) + 1
        events = [
            Event(
                stream_id=stream_pk,
                number=number,
                name=one.name,
                data=dict(one.data),
                happened_at=now,
            )
            for number, one in enumerate(news, start=first)
        ]
        INSERT.all(events)
        publish_on_commit(group_of(stream), {"number": last})
    return events


def _take_numbers(stream: str, count: int) -> tuple[int, int]:
    """Return the stream's key and the last of its next ``count`` numbers; its row stays locked
    until the transaction ends."""
    taken = _advance(stream, count)
    if taken is None:
        # Two first writers at once: one inserts, the other waits for it and finds the row.
        EventStream.objects.bulk_create([EventStream(name=stream)], ignore_conflicts=True)
        taken = _advance(stream, count)
    assert taken is not None  # noqa: S101  # the row is there by now
    return taken


def _advance(stream: str, count: int) -> tuple[int, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_NUMBERS, [count, stream])
        row: tuple[int, int] | None = cursor.fetchone()
    return row


def events_after(stream: str, number: int, *, limit: int = 500) -> Sequence[Event]:
    """Return the stream's events after ``number``, oldest first."""
    return list(log_of(stream).filter(number__gt=number).order_by("number")[:limit])


def log_of(stream: str) -> QuerySet[Event]:
    """Return the stream's events.

    Its key is looked up within the statement and not joined: so the database goes through the log
    by number and stops in time, instead of sorting all of it.
    """
    key = EventStream.objects.filter(name=stream).values("pk")[:1]
    return Event.objects.filter(stream=key)


def resume(stream: str, number: int) -> Sequence[Event]:
    """Return what a reader who comes back after ``number`` hears first.

    Where the log has forgotten by now what followed, or never came so far, as after a restore,
    that is one event ``resync`` which is nowhere stored: fetch the present state again. It has the
    stream's last number, so what comes after it is complete.
    """
    last = last_number(stream)
    if number == last:
        return ()
    events = events_after(stream, number)
    if number < last and events and events[0].number == number + 1:
        return events
    return [Event(number=last, name=RESYNC, data={}, happened_at=timezone.now())]


def purge_events(now: datetime) -> bool:
    """Delete some events that are older than they are kept; return whether any may be left."""
    before = now - timedelta(days=settings.EVENT_RETENTION_DAYS)
    return delete_portion(Event.objects.filter(happened_at__lt=before), oldest_by="happened_at")


def stream_row(stream: str) -> EventStream:
    """Return the stream's own row, which has its last number; made if nothing happened yet."""
    EventStream.objects.bulk_create([EventStream(name=stream)], ignore_conflicts=True)
    return EventStream.objects.get(name=stream)


def last_number(stream: str) -> int:
    """Return the number of the stream's newest event, 0 where there is none."""
    found = EventStream.objects.filter(name=stream).values_list("last_number", flat=True).first()
    return found or 0


def group_of(stream: str) -> str:
    """Return the live group that hears of the stream."""
    return GROUPS + stream.replace(":", ".")


def positions_of(groups: Collection[str]) -> Mapping[str, int]:
    """Return how far the logs of these groups are; a log without events is left out."""
    streams = [group.removeprefix(GROUPS).replace(".", ":") for group in groups]
    rows = EventStream.objects.filter(name__in=streams).values_list("name", "last_number")
    return {group_of(name): number for name, number in rows}
