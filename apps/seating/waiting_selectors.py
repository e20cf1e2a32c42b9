"""Reads of the waiting list."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from apps.common.crypto import token_digest
from apps.common.errors import NotFound
from apps.seating.models import SeatingEvent
from apps.seating.selectors import sales_end, shown_status
from apps.seating.states import OUTCOMES, WaitingStatus
from apps.seating.waiting_models import WaitingListEntry

WITH_OFFER = (WaitingStatus.OFFERED, WaitingStatus.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEntry:
    """An entry together with the key that its reader holds."""

    entry: WaitingListEntry
    token: str = field(repr=False)

    @property
    def status(self) -> WaitingStatus:
        """What has become of the entry by now."""
        return status_of_entry(self.entry)

    @property
    def has_offer(self) -> bool:
        """Answer whether the offer's order is still of use."""
        return self.status in WITH_OFFER


def find_open_entry(token: str) -> OpenEntry | None:
    """Return the entry that ``token`` opens, with its event, hotel and order."""
    entries = WaitingListEntry.objects.select_related("event__hotel", "order__event__hotel")
    entry = entries.filter(token_digest=token_digest(token)).first()
    return None if entry is None else OpenEntry(entry=entry, token=token)


def get_open_entry(token: str) -> OpenEntry:
    """Return the entry that ``token`` opens. Raises NotFound."""
    opened = find_open_entry(token)
    if opened is None:
        raise NotFound
    return opened


def in_line(event: SeatingEvent) -> QuerySet[WaitingListEntry]:
    """Return who waits for an offer, those who came first at the front."""
    return WaitingListEntry.objects.filter(event=event, order=None).order_by("created_at", "pk")


def status_of_entry(entry: WaitingListEntry) -> WaitingStatus:
    """Return what has become of an entry; an offer past its time is MISSED at once."""
    if entry.order is not None:
        return OUTCOMES[shown_status(entry.order)]
    is_over = timezone.now() >= sales_end(entry.event)
    return WaitingStatus.CLOSED if is_over else WaitingStatus.WAITING
