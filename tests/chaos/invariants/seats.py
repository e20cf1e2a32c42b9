"""No seat is sold twice, and what is booked is what orders say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.evidence import Evidence

LIVE = ("HELD", "BOOKED")
BOOKING = ("AWAITING_REVIEW", "CONFIRMED")


def no_seat_is_sold_twice(evidence: Evidence) -> Iterator[str]:
    """A seat is live in one order at most."""
    live = [one for one in evidence.facts.allocations if one.status in LIVE]
    for seat, count in Counter(one.seat for one in live).items():
        if count > 1:
            yield f"seat {seat}: in {count} orders at once"


def seats_are_booked_by_live_orders(evidence: Evidence) -> Iterator[str]:
    """An order under review or confirmed has all its seats booked, any other one none; the map
    shows those as booked and no others."""
    facts = evidence.facts
    status_of = {order.number: order.status for order in facts.orders}
    for one in facts.allocations:
        is_booking = status_of[one.order] in BOOKING
        if one.status == "BOOKED" and not is_booking:
            yield f"seat {one.seat}: booked, and order {one.order} is {status_of[one.order]}"
        if is_booking and one.status in {"SELECTED", "HELD"}:
            yield f"seat {one.seat}: {one.status}, and order {one.order} is {status_of[one.order]}"
    booked = {one.seat for one in facts.allocations if one.status == "BOOKED"}
    shown = {
        f"{chart.event}/{label}"
        for chart in facts.charts
        for label, state in chart.states.items()
        if state == "BOOKED"
    }
    for seat in sorted(booked ^ shown):
        yield f"seat {seat}: the map and the orders say otherwise of it"


def every_proof_is_there(evidence: Evidence) -> Iterator[str]:
    """Each proof that is named by a row can be read; each booked order has one."""
    for order in evidence.facts.orders:
        lost = len(order.proofs) - sum(order.proofs)
        if lost:
            yield f"order {order.number}: {lost} proofs can't be read"
        if order.status in BOOKING and not order.proofs:
            yield f"order {order.number}: {order.status} without a proof"


def seat_versions_leave_no_gap(evidence: Evidence) -> Iterator[str]:
    """The versions of an event's seats rise by one."""
    for chart in evidence.facts.charts:
        if list(chart.versions) != list(range(1, chart.version + 1)):
            yield f"{chart.event}: {len(chart.versions)} versions up to {chart.version}"
