"""The hotel's log as partners read it: for whoever missed webhooks, or takes none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from apps.bookings.models import Hotel
from apps.common.errors import Invalid
from apps.common.events import last_number, log_of
from apps.common.models import Event
from apps.partners.identity import PartnerIdentity
from apps.partners.webhooks.event_types import TYPE_OF_NEWS
from apps.partners.webhooks.messages import MARK, messages_of

PLACE: Final = re.compile(rf"(?:{MARK}_(?P<hotel>\d{{1,18}})_)?(?P<number>\d{{1,18}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a hotel's log: everything after ``number``."""

    hotel: Hotel
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events after a place. ``last`` is where to go on; ``is_incomplete``: the log has forgotten
    some of what came after the place, so fetch the present state."""

    events: Sequence[Mapping[str, Any]]
    last: str
    has_more: bool
    is_incomplete: bool


def place_of(partner: PartnerIdentity, *, after: str, hotel_slug: str) -> Place:
    """Read ``after``, the id or the sequence of an event; "" is the beginning of the log.

    Raises Invalid where it is neither, or does not say which hotel's.
    """
    found = PLACE.fullmatch(after or "0")
    if found is None:
        raise Invalid("That is no event's id or sequence.", field="after")
    by_id = {hotel.pk: slug for slug, hotel in partner.hotels.items()}
    slug = hotel_slug or by_id.get(int(found["hotel"] or 0)) or _only_one(partner)
    if slug not in partner.hotels:
        raise Invalid("Name one of the hotels that the key is for.", field="hotel_slug")
    hotel = Hotel.objects.get(pk=partner.hotels[slug].pk)
    if found["hotel"] and int(found["hotel"]) != hotel.pk:
        raise Invalid("That is another hotel's event.", field="after")
    return Place(hotel=hotel, number=int(found["number"]))


def _only_one(partner: PartnerIdentity) -> str:
    return next(iter(partner.hotels)) if len(partner.hotels) == 1 else ""


def events_after_place(place: Place, *, limit: int) -> EventPage:
    """Return what follows the place, oldest first: the bodies that webhooks have, with their ids.

    A reader who goes on at ``last`` passes nothing over, also not what commits later.
    """
    stream = place.hotel.event_stream
    newest = last_number(stream)  # before the reading: what comes between is for the next one
    log = log_of(stream).filter(number__gt=place.number)
    told = log.filter(name__in=TYPE_OF_NEWS, number__lte=newest).order_by("number")
    found = list(told[: limit + 1])
    shown = found[:limit]
    has_more = len(found) > limit
    last = shown[-1].number if has_more else newest
    messages = messages_of(place.hotel, shown)
    return EventPage(
        events=[{"id": message.id, **message.body} for message in messages],
        last=f"{MARK}_{place.hotel.pk}_{last}",
        has_more=has_more,
        is_incomplete=_has_forgotten(log, place.number, newest),
    )


def _has_forgotten(log: QuerySet[Event], number: int, newest: int) -> bool:
    if number == 0 or number >= newest:
        return number > newest
    first = log.order_by("number").values_list("number", flat=True).first()
    return bool(first != number + 1)
