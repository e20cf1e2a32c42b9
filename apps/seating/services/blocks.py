"""Taking seats off sale, and putting them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from apps.common.errors import Invalid
from apps.seating.errors import SeatNotFound, SeatsTaken
from apps.seating.events import seats_event
from apps.seating.labels import clean_labels
from apps.seating.map_files import MOST_SEATS
from apps.seating.models import Seat, SeatAllocation, SeatingEvent
from apps.seating.selectors import seats_of
from apps.seating.services.expiry import end_lapsed_holds
from apps.seating.services.order_rows import LostUpdate, SeatStates, lock_seats
from apps.seating.services.waiting import tell_change
from apps.seating.states import LIVE, SeatStatus

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRequest:
    """Seats of an event, and why they are not for sale; the reason stays with the hotel."""

    event: SeatingEvent
    labels: Sequence[str]
    performed_by: str
    reason: str = field(default="")


@transaction.atomic
def block_seats(request: BlockRequest) -> list[str]:
    """Take seats off sale, all of them or none; blocked already is the same success.

    Returns their labels. Raises Invalid, SeatNotFound, SeatsTaken for seats that are somebody's.
    """
    reason = " ".join(request.reason.split())
    if not 0 < len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Invalid("Say in a few words why the seats are blocked.", field="reason")
    seats = _lock(request)
    states: SeatStates = end_lapsed_holds(seats, timezone.now())
    live = SeatAllocation.objects.filter(seat__in=seats, status__in=LIVE)
    taken = set(live.values_list("seat_id", flat=True))
    if taken:
        raise SeatsTaken([seat.label for seat in seats if seat.pk in taken])
    _store(seats, is_blocked=True, blocked_reason=reason)
    states |= {seat: SeatStatus.BLOCKED for seat in seats if not seat.is_blocked}
    seats_event(request.event, "seats-blocked", seats, by=request.performed_by)
    tell_change(request.event, states)
    return [seat.label for seat in seats]


@transaction.atomic
def unblock_seats(request: BlockRequest) -> list[str]:
    """Put seats back on sale; whoever waits is offered them first.

    Returns their labels. Raises Invalid, SeatNotFound.
    """
    seats = _lock(request)
    _store(seats, is_blocked=False, blocked_reason="")
    seats_event(request.event, "seats-unblocked", seats, by=request.performed_by)
    tell_change(request.event, {seat: SeatStatus.AVAILABLE for seat in seats if seat.is_blocked})
    return [seat.label for seat in seats]


def _lock(request: BlockRequest) -> list[Seat]:
    labels = clean_labels(request.labels, most=MOST_SEATS)
    known = dict(seats_of(request.event, labels).values_list("label", "pk"))
    unknown = [label for label in labels if label not in known]
    if unknown:
        raise SeatNotFound(unknown)
    return lock_seats(request.event, known.values())


def _store(seats: Sequence[Seat], *, is_blocked: bool, blocked_reason: str) -> None:
    rows = Seat.objects.filter(pk__in=[seat.pk for seat in seats])
    if rows.update(is_blocked=is_blocked, blocked_reason=blocked_reason) != len(seats):
        raise LostUpdate
