"""The versions of an event's seats: counted, written down and told in one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from apps.common.live import publish_on_commit
from apps.common.maintenance import delete_portion
from apps.common.statements import KnownInsert
from apps.seating.models import LIVE_GROUPS, Seat, SeatChange, SeatingEvent
from apps.seating.states import SeatStatus

# Both databases know RETURNING, and the ORM does not: a read of its own would follow each update,
# while all other writers of the event wait.
TAKE_VERSION: Final = "UPDATE seating_seatingevent SET seq = seq + 1 WHERE id = %s RETURNING seq"
INSERT: Final = KnownInsert(SeatChange)
PAGE: Final = 200  # versions read at a time
KEPT: Final = timedelta(days=7)  # an app that was away for longer reads the map anew


@dataclass(frozen=True, slots=True)
class SeatState:
    """A seat's new state."""

    id: int
    label: str
    status: SeatStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatNews:
    """What one version changed. ``resync``: the log can't tell; read the whole map again."""

    version: int
    seats: Sequence[SeatState] = ()
    resync: bool = False


def record_change(
    event: SeatingEvent, states: Mapping[Seat, SeatStatus], *, is_new_map: bool = False
) -> None:
    """Take the event's next version; watchers hear of it once the transaction commits.

    Call it once and last in a transaction: from here to the commit the event's other writers
    wait. ``states`` empty: nothing changed and no version is taken, but for a new map.
    """
    if not states and not is_new_map:
        return
    told = {} if is_new_map else states
    with transaction.atomic(savepoint=False):
        version = _take_version(event)
        INSERT.run(
            SeatChange(
                event=event,
                version=version,
                seats=[(seat.pk, seat.label, status.value) for seat, status in told.items()],
                is_new_map=is_new_map,
                changed_at=timezone.now(),
            )
        )
        publish_on_commit(event.live_group, {"version": version})


def _take_version(event: SeatingEvent) -> int:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_VERSION, [event.pk])
        return int(cursor.fetchone()[0])


def positions_of(groups: Collection[str]) -> Mapping[str, int]:
    """Return the versions of the events behind these live groups."""
    keys = [int(group.removeprefix(LIVE_GROUPS)) for group in groups]
    rows = SeatingEvent.objects.filter(pk__in=keys).values_list("pk", "seq")
    return {f"{LIVE_GROUPS}{pk}": seq for pk, seq in rows}


def current_version(event_id: int) -> int:
    """Return the version of the event's seats as they are; 0 for an event that is gone."""
    seq = SeatingEvent.objects.filter(pk=event_id).values_list("seq", flat=True).first()
    return seq or 0


def news_after(event_id: int, version: int) -> Sequence[SeatNews]:
    """Return what changed after ``version``, oldest first and in portions.

    One piece of news that says ``resync`` stands for what the log can't tell: versions that it
    has forgotten, or a reader who is ahead of it.
    """
    current = current_version(event_id)
    if version == current:
        return ()
    rows = SeatChange.objects.filter(event=event_id, version__gt=version).order_by("version")[:PAGE]
    news = []
    for expected, row in enumerate(rows, start=version + 1):
        if row.version != expected:
            break
        news.append(_news(row))
    return news or (SeatNews(version=current, resync=True),)


def forget_changes(now: datetime) -> bool:
    """Delete what is too old for anybody to come back for; for the duty roster."""
    return delete_portion(
        SeatChange.objects.filter(changed_at__lt=now - KEPT), oldest_by="changed_at"
    )


def _news(row: SeatChange) -> SeatNews:
    seats = [SeatState(pk, label, SeatStatus(status)) for pk, label, status in row.seats]
    return SeatNews(version=row.version, seats=seats, resync=row.is_new_map)
