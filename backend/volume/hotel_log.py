"""A hotel's log of what happened, put in order when everything is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from apps.bookings.events import stamp
from apps.bookings.models import Hotel
from apps.common.models import Event, EventStream
from backend.volume.sheets import Sheets


@dataclass(frozen=True, slots=True)
class _Entry:
    at: datetime
    name: str
    data: Mapping[str, Any]
    then: Callable[[int], Any] | None


@dataclass(slots=True, kw_only=True)
class HotelLog:
    """What happened at a hotel until ``now``, in any order; as much as the log would still have."""

    hotel: Hotel
    now: datetime
    _entries: list[_Entry] = field(default_factory=list)

    def tell(
        self,
        name: str,
        at: datetime,
        data: Mapping[str, Any],
        *,
        then: Callable[[int], Any] | None = None,
    ) -> None:
        """Something happened; ``then`` hears the number that it has in the log."""
        if at > self.now - timedelta(days=settings.EVENT_RETENTION_DAYS):
            told = {**data, "timestamp": stamp(at)}
            self._entries.append(_Entry(at, name, told, then))

    def write(self, sheets: Sheets) -> tuple[int, Sequence[Event]]:
        """Number everything; return the key of the stream and its events."""
        self._entries.sort(key=lambda entry: entry.at)
        stream = sheets[EventStream].add(
            name=self.hotel.event_stream, last_number=len(self._entries)
        )
        events = []
        for number, entry in enumerate(self._entries, start=1):
            columns = {"number": number, "name": entry.name, "data": entry.data}
            sheets[Event].add(stream_id=stream, happened_at=entry.at, **columns)
            events.append(Event(stream_id=stream, happened_at=entry.at, **columns))
            if entry.then is not None:
                entry.then(number)
        return stream, events
