"""Each check of a chaos run fails when it should: a twin with one thing wrong for every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.chaos.evidence import Evidence, LogPicture, SeatPicture
from tests.chaos.facts import Allocation, Delivery, Event, Flow, Order, SeatChart
from tests.chaos.invariants import callers, locks, news, seats, stays
from tests.chaos.invariants.table import CHECKS, Check, judge
from tests.chaos.ledger import Complaint, Outcome
from tests.chaos.peace import (
    CODES,
    COMPUTED,
    FACTS,
    GRANT,
    HOTEL,
    LEFT,
    LOG,
    PEACE,
    STATES,
    STAYING,
)


def facts(**others: Any) -> Evidence:
    return replace(PEACE, facts=replace(FACTS, **others))


def event(number: int, name: str, booking_id: str) -> Event:
    return Event(hotel=HOTEL, number=number, name=name, booking_id=booking_id, message_id="")


def complaint(outcome: Outcome) -> Complaint:
    return Complaint(kind="confirmCheckIn", outcome=outcome, detail="")


LOST_WEBHOOK: Final = [message for message in PEACE.webhooks if message != "evt_1_3"]
SWAPPED: Final = ["evt_1_1", "evt_1_3", "evt_1_2", "evt_1_6", "evt_1_4", "evt_1_5"]
UNREADABLE: Final = Order(number="O-1", status="CONFIRMED", proofs=[False])
UNPROVEN: Final = Order(number="O-1", status="AWAITING_REVIEW", proofs=[])
GAP: Final = SeatChart(event="gala", version=2, versions=[2], states=STATES)
SHOWN_FREE: Final = SeatChart(
    event="gala", version=2, versions=[1, 2], states={**STATES, "A-1": "AVAILABLE"}
)
STILL_BOOKED: Final = Allocation(seat="gala/A-2", order="O-2", status="BOOKED")
STILL_SELECTED: Final = Allocation(seat="gala/A-2", order="O-1", status="SELECTED")
SOLD_AGAIN: Final = Allocation(seat="gala/A-1", order="O-2", status="HELD")
PENDING: Final = Delivery(message_id="evt_1_6", state="PENDING")
SPINNING: Final = Flow(booking_id=f"{HOTEL}/BK-1", status="IN_PROGRESS", pin_status="GENERATING")

# An offline code was computed and the answer lost: its row remembers it, nobody knows the digits.
UNHEARD: Final = replace(COMPUTED, lock=1, state="REMOVAL_FAILED", digits="")

TWINS: Final[Mapping[Check, Sequence[Evidence]]] = {
    locks.locks_hold_what_the_rows_say: [
        replace(PEACE, memories={1: ["4741"], 2: ["34750694"]}),  # a code is lost
        replace(PEACE, memories={1: ["4741", "9080"], 2: ["4741"]}),  # one was left behind
        replace(PEACE, memories={1: ["4741", "4741"], 2: ["4741"]}),  # one is there twice
        replace(
            facts(codes=[*CODES, COMPUTED, UNHEARD]),
            memories={**PEACE.memories, 1: ["4741", "9080", "31694415"]},
        ),
    ],
    locks.each_door_has_one_code: [
        facts(codes=[*CODES, replace(CODES[0], digits="9080")]),
        facts(codes=[*CODES, replace(CODES[0], grant="g-9")]),
    ],
    locks.whoever_is_in_house_gets_in: [
        facts(grants=[]),
        facts(grants=[GRANT, replace(GRANT, key="g-9")]),
        facts(grants=[replace(GRANT, state="WAITING")]),
        facts(codes=[CODES[0], COMPUTED]),
        facts(codes=[CODES[0], replace(CODES[1], digits="9080")]),
        facts(grants=[GRANT, replace(GRANT, key="g-9", holder=LEFT.holder)]),
    ],
    stays.each_stay_has_its_guest_once: [
        facts(bookings=[replace(STAYING, guests=["Maeve", "Maeve"]), LEFT]),
        facts(flows=[*FACTS.flows, *FACTS.flows]),
    ],
    stays.each_check_out_is_told_once: [
        facts(events=[*FACTS.events, event(7, "booking-checked-out", "BK-2")]),
        facts(events=FACTS.events[:4]),
        facts(events=FACTS.events[1:]),
    ],
    stays.each_stay_ended_as_often_as_it_says: [
        facts(bookings=[STAYING, replace(LEFT, undone=2)]),
        facts(bookings=[replace(STAYING, check_outs=1), LEFT]),
    ],
    stays.every_check_in_settled: [facts(flows=[SPINNING])],
    seats.no_seat_is_sold_twice: [facts(allocations=[*FACTS.allocations, SOLD_AGAIN])],
    seats.seats_are_booked_by_live_orders: [
        facts(allocations=[*FACTS.allocations, STILL_BOOKED]),
        facts(allocations=[*FACTS.allocations, STILL_SELECTED]),
        facts(charts=[SHOWN_FREE]),
    ],
    seats.every_proof_is_there: [facts(orders=[UNREADABLE]), facts(orders=[UNPROVEN])],
    seats.seat_versions_leave_no_gap: [facts(charts=[GAP])],
    news.logs_leave_no_gap: [
        facts(events=[*FACTS.events[:2], *FACTS.events[3:]]),
        facts(last_numbers={HOTEL: 7}),
    ],
    news.every_webhook_arrived_in_order: [
        replace(PEACE, webhooks=LOST_WEBHOOK),
        replace(PEACE, webhooks=SWAPPED),
        replace(PEACE, webhooks=[*PEACE.webhooks, "evt_1_99"]),
        facts(deliveries=[*FACTS.deliveries[:5], PENDING]),
        facts(deliveries=FACTS.deliveries[:5]),
    ],
    news.live_clients_heard_the_whole_log: [
        replace(PEACE, log_pictures=[LogPicture(watcher="w", hotel=HOTEL, seen=seen)])
        for seen in (LOG[:-1], [*LOG, LOG[-1]], [LOG[1], LOG[0], *LOG[2:]])
    ],
    news.live_clients_see_the_seats_as_they_are: [
        replace(PEACE, seat_pictures=[SeatPicture(watcher="w", event="gala", states=states)])
        for states in ({**STATES, "A-2": "BOOKED"}, {"A-1": "BOOKED"})
    ],
    callers.what_was_confirmed_is_stored: [
        replace(PEACE, promises={(what, key): value})
        for what, key, value in (
            ("stay", f"{HOTEL}/BK-2", "in house"),
            ("PIN", f"{HOTEL}/BK-1", "9080"),
            ("room", f"{HOTEL}/BK-1", "109"),
            ("reservation", f"{HOTEL}/R-9", "CONFIRMED until 2026-11-21"),
            ("order", "O-2", "CONFIRMED"),
        )
    ],
    callers.every_answer_was_right_in_its_time: [
        replace(PEACE, complaints=[complaint(Outcome.BROKEN)])
    ],
    callers.everybody_came_to_an_end: [replace(PEACE, troubles=["web-1 ended by itself"])],
    callers.all_work_settled: [replace(PEACE, unsettled=["3 codes on their way"])],
    callers.rows_agree: [facts(inconsistencies=["harbour, room 101: is occupied by nobody."])],
}


def test_where_everything_agrees_every_check_holds_and_has_looked() -> None:
    verdicts = judge(PEACE)

    assert [verdict.violations for verdict in verdicts if not verdict.holds] == []
    assert [verdict.name for verdict in verdicts if not verdict.looked_at] == []


def test_every_check_has_a_twin() -> None:
    assert set(TWINS) == set(CHECKS)


@pytest.mark.parametrize(
    ("check", "planted"),
    [(check, planted) for check, twins in TWINS.items() for planted in twins],
)
def test_a_planted_violation_is_found(check: Check, planted: Evidence) -> None:
    assert list(check(planted))


def test_no_pin_is_in_what_a_check_says() -> None:
    planted = replace(PEACE, promises={("PIN", f"{HOTEL}/BK-1"): "9080"})

    (said,) = callers.what_was_confirmed_is_stored(planted)

    assert "9080" not in said
    assert GRANT.pin not in said


def test_a_computed_code_that_nobody_heard_of_is_remembered_by_its_row() -> None:
    heard_by_none = replace(facts(codes=[*CODES, COMPUTED, UNHEARD]), memories={**PEACE.memories})
    held = {**heard_by_none.memories, 1: [*PEACE.memories[1], "31694415"]}
    assert list(locks.locks_hold_what_the_rows_say(heard_by_none)) == []
    assert list(locks.locks_hold_what_the_rows_say(replace(heard_by_none, memories=held))) == []
