"""No guest, arrival or check-out is lost or doubled, and every check-in came to an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.facts import Booking

TOLD = ("booking-checked-in", "booking-checked-out", "check-out-undone")


def each_stay_has_its_guest_once(evidence: Evidence) -> Iterator[str]:
    """Nobody who checked in online is there twice, or under a name that they did not give."""
    for booking in evidence.facts.bookings:
        if len(booking.guests) > 1:
            yield f"{_name(booking)}: {len(booking.guests)} guests were stored"
    completed = [flow for flow in evidence.facts.flows if flow.status == "COMPLETED"]
    for name, count in Counter(flow.booking_id for flow in completed).items():
        if count > 1:
            yield f"{name}: {count} check-ins were completed"


def each_check_out_is_told_once(evidence: Evidence) -> Iterator[str]:
    """One event of each kind for each arrival, check-out and undoing."""
    told: Counter[tuple[str, str]] = Counter()
    for event in evidence.facts.events:
        if event.name in TOLD:
            told[f"{event.hotel}/{event.booking_id}", event.name] += 1
    for booking in evidence.facts.bookings:
        expected = (int(booking.is_arrived), booking.check_outs, booking.undone)
        for kind, count in zip(TOLD, expected, strict=True):
            heard = told[_name(booking), kind]
            if heard != count:
                yield f"{_name(booking)}: {kind} was told {heard} times, and happened {count}"


def each_stay_ended_as_often_as_it_says(evidence: Evidence) -> Iterator[str]:
    """A stay is COMPLETED with one check-out that stands, and else has none."""
    for booking in evidence.facts.bookings:
        standing = booking.check_outs - booking.undone
        expected = 1 if booking.status == "COMPLETED" else 0
        if standing != expected:
            yield f"{_name(booking)}: {booking.status} with {standing} check-outs that stand"


def every_check_in_settled(evidence: Evidence) -> Iterator[str]:
    """No check-in is under way: everybody who began came to the end."""
    for flow in evidence.facts.flows:
        if flow.status == "IN_PROGRESS" or flow.pin_status == "GENERATING":
            yield f"{flow.booking_id}: the check-in is {flow.status}, its PIN {flow.pin_status}"


def _name(booking: Booking) -> str:
    return f"{booking.hotel}/{booking.booking_id}"
