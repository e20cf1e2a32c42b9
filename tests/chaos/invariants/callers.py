"""What callers were told is so, and nobody was told what nobody should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.chaos.evidence import Evidence
from tests.chaos.facts import Booking, Facts


def what_was_confirmed_is_stored(evidence: Evidence) -> Iterator[str]:
    """Every last answer of success is what the database says."""
    stored = _stored(evidence.facts)
    for (what, key), value in evidence.promises.items():
        found = stored.get((what, key))
        if found != value:
            shown = "another one" if what == "PIN" else repr(found)
            told = "a PIN" if what == "PIN" else repr(value)
            yield f"{what} of {key}: {told} was confirmed, {shown} is stored"


def _stored(facts: Facts) -> Mapping[tuple[str, str], str | None]:
    pins = {grant.holder: grant.pin for grant in facts.grants}
    stored: dict[tuple[str, str], str | None] = {}
    for booking in facts.bookings:
        name = f"{booking.hotel}/{booking.booking_id}"
        stored["stay", name] = _stay(booking)
        stored["room", name] = booking.room
        stored["guest", name] = ", ".join(booking.guests)
        stored["PIN", name] = pins.get(booking.holder)
        shown = f"{booking.status} until {booking.check_out_date}"
        stored["reservation", f"{booking.hotel}/{booking.reference}"] = shown
    for order in facts.orders:
        stored["order", order.number] = order.status
    return stored


def _stay(booking: Booking) -> str:
    if booking.is_in_house:
        return "in house"
    return "left" if booking.status == "COMPLETED" else booking.status


def every_answer_was_right_in_its_time(evidence: Evidence) -> Iterator[str]:
    """No answer was a bare 500 or a refusal out of place; 503 with a code, an answer of the proxy,
    or none at all came only while something was taken away."""
    for complaint in evidence.complaints:
        yield f"{complaint.kind}: {complaint.outcome}, {complaint.detail}"


def everybody_came_to_an_end(evidence: Evidence) -> Iterator[str]:
    """Nobody gave up, no process ended by itself, and no live client was told nonsense."""
    yield from evidence.troubles


def all_work_settled(evidence: Evidence) -> Iterator[str]:
    """Within a generous time after the last fault nothing was left to be done."""
    yield from evidence.unsettled


def rows_agree(evidence: Evidence) -> Iterator[str]:
    """``check_consistency`` finds nothing."""
    yield from evidence.facts.inconsistencies
