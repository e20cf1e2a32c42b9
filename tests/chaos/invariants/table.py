"""All checks: each by its name, with how much it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.chaos.evidence import Evidence, Verdict
from tests.chaos.invariants import callers, locks, news, seats, stays

Check = Callable[[Evidence], Iterator[str]]

CHECKS: Final[Mapping[Check, Callable[[Evidence], int]]] = {
    locks.locks_hold_what_the_rows_say: lambda e: sum(map(len, e.memories.values())),
    locks.each_door_has_one_code: lambda e: len(e.facts.codes),
    locks.whoever_is_in_house_gets_in: lambda e: sum(b.is_in_house for b in e.facts.bookings),
    stays.each_stay_has_its_guest_once: lambda e: sum(len(b.guests) for b in e.facts.bookings),
    stays.each_check_out_is_told_once: lambda e: sum(b.check_outs for b in e.facts.bookings),
    stays.each_stay_ended_as_often_as_it_says: lambda e: len(e.facts.bookings),
    stays.every_check_in_settled: lambda e: len(e.facts.flows),
    seats.no_seat_is_sold_twice: lambda e: len(e.facts.allocations),
    seats.seats_are_booked_by_live_orders: lambda e: len(e.facts.orders),
    seats.every_proof_is_there: lambda e: sum(len(order.proofs) for order in e.facts.orders),
    seats.seat_versions_leave_no_gap: lambda e: sum(len(c.versions) for c in e.facts.charts),
    news.logs_leave_no_gap: lambda e: len(e.facts.events),
    news.every_webhook_arrived_in_order: lambda e: len(e.webhooks),
    news.live_clients_heard_the_whole_log: lambda e: sum(len(p.seen) for p in e.log_pictures),
    news.live_clients_see_the_seats_as_they_are: lambda e: len(e.seat_pictures),
    callers.what_was_confirmed_is_stored: lambda e: len(e.promises),
    callers.every_answer_was_right_in_its_time: lambda e: e.requests,
    callers.everybody_came_to_an_end: lambda e: e.requests,
    callers.all_work_settled: lambda e: len(e.facts.deliveries),
    callers.rows_agree: lambda e: len(e.facts.bookings),
}


def judge(evidence: Evidence) -> list[Verdict]:
    """Return what every check finds."""
    return [
        Verdict(
            name=check.__name__.replace("_", " "),
            looked_at=looked_at(evidence),
            violations=list(check(evidence)),
        )
        for check, looked_at in CHECKS.items()
    ]
