"""The log has no gap, and everybody who follows it knows all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.chaos.evidence import Evidence


def logs_leave_no_gap(evidence: Evidence) -> Iterator[str]:
    """A hotel's events are numbered from 1 to the last without a gap."""
    for hotel, last in evidence.facts.last_numbers.items():
        numbers = [event.number for event in evidence.facts.events if event.hotel == hotel]
        if numbers != list(range(1, last + 1)):
            yield f"{hotel}: {len(numbers)} events up to number {last}"


def every_webhook_arrived_in_order(evidence: Evidence) -> Iterator[str]:
    """Each event that partners can hear of was taken, for the first time in its order among those
    about the same booking; a delivery that was repeated has the same id."""
    facts = evidence.facts
    expected = [event for event in facts.events if event.message_id]
    taken = {message: place for place, message in reversed(list(enumerate(evidence.webhooks)))}
    missing = [event for event in expected if event.message_id not in taken]
    for event in missing[:10]:
        yield f"{event.hotel}: event {event.number}, {event.name}, never arrived"
    for message in sorted(set(taken) - {event.message_id for event in expected}):
        yield f"{message} arrived, and is no event of a log"
    unsent = [one for one in facts.deliveries if one.state != "DELIVERED"]
    if unsent:
        yield f"{len(unsent)} deliveries are not DELIVERED, such as {unsent[0]}"
    if len(facts.deliveries) != len(expected):
        yield f"{len(facts.deliveries)} deliveries for {len(expected)} events"
    yield from _out_of_order(evidence, taken)


def _out_of_order(evidence: Evidence, taken: Mapping[str, int]) -> Iterator[str]:
    """Order is promised among what is about the same thing; a booking's own events are."""
    latest: dict[tuple[str, str], int] = {}
    for event in evidence.facts.events:
        place = taken.get(event.message_id)
        if place is None or not event.booking_id or not event.name.startswith("booking-"):
            continue
        subject = (event.hotel, event.booking_id)
        if place < latest.get(subject, -1):
            yield f"{event.hotel}: event {event.number} of {event.booking_id} came too early"
        latest[subject] = place


def live_clients_heard_the_whole_log(evidence: Evidence) -> Iterator[str]:
    """Whoever watched a hotel heard each event once, in order, over all breaks."""
    for picture in evidence.log_pictures:
        events = [event for event in evidence.facts.events if event.hotel == picture.hotel]
        log = [(event.name, event.booking_id) for event in events]
        if list(picture.seen) != log:
            pairs = enumerate(zip(picture.seen, log, strict=False), start=1)
            other = next((number for number, (seen, told) in pairs if seen != told), None)
            where = f"another one at {other}" if other else f"{len(picture.seen)} of {len(log)}"
            yield f"{picture.watcher}: heard {where}"


def live_clients_see_the_seats_as_they_are(evidence: Evidence) -> Iterator[str]:
    """Whoever watched an event's seats ends with what its map shows."""
    charts = {chart.event: chart.states for chart in evidence.facts.charts}
    for picture in evidence.seat_pictures:
        chart = charts[picture.event]
        other = sorted(label for label in chart if picture.states.get(label) != chart[label])
        if other:
            yield f"{picture.watcher}: {len(other)} seats look otherwise, such as {other[0]}"
