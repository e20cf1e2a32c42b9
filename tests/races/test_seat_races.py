"""Many buyers of few seats, and the same proof many times, all at once.

That no seat is sold twice is a constraint's doing. The twin without it sells twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from pytest_django import Settings

from apps.seating import errors
from apps.seating.changes import current_version, news_after
from apps.seating.models import (
    PaymentProof,
    SeatAllocation,
    SeatingEvent,
    SeatOrder,
    WaitingListEntry,
)
from apps.seating.selectors import OpenOrder
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import Review, approve_payment, reject_payment
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.seating.states import LIVE, OrderStatus
from tests.background import at_once
from tests.factories.seating import (
    HOLDER,
    SeatingEventFactory,
    choose,
    choose_instead,
    picture,
    statuses,
)

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 8


@pytest.fixture(autouse=True)
def proof_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.PROOF_DIR = tmp_path
    return tmp_path


def pay(opened: OpenOrder, shade: int = 7) -> OpenOrder:
    return submit_payment_proof(order_token=opened.token, file=picture(shade=shade))


def sold_twice() -> int:
    """How many seats have two live allocations."""
    live = SeatAllocation.objects.filter(status__in=LIVE).values("seat")
    return live.annotate(count=Count("pk")).filter(count__gt=1).count()


def of_kind(kind: type[Any], results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, kind)]


def assert_consistent(event: SeatingEvent) -> None:
    """Booked seats are those of booking orders, and the log adds up to the table."""
    assert sold_twice() == 0
    booking = SeatOrder.objects.filter(
        event=event, status__in=(OrderStatus.AWAITING_REVIEW, OrderStatus.CONFIRMED)
    )
    owed = SeatAllocation.objects.filter(order__in=booking).values_list("seat__label", flat=True)
    shown = statuses(event)
    assert sorted(owed) == sorted(label for label, status in shown.items() if status == "BOOKED")
    replayed = dict.fromkeys(shown, "AVAILABLE")
    versions = []
    for news in news_after(event.pk, 0):
        versions.append(news.version)
        replayed |= {seat.label: seat.status.value for seat in news.seats}
    assert versions == list(range(1, current_version(event.pk) + 1))
    assert replayed == shown


def test_of_many_buyers_of_a_seat_one_gets_it() -> None:
    event = SeatingEventFactory(seats=12)
    orders = [choose(event, "A-1", f"B-{1 + n % 6}") for n in range(BUYERS)]

    results = at_once(*[lambda n=n: pay(orders[n], n) for n in range(BUYERS)])

    assert len(of_kind(OpenOrder, results)) == 1, results
    refused = of_kind(errors.SeatsTaken, results)
    assert len(refused) == BUYERS - 1, results
    assert all("A-1" in refusal.labels for refusal in refused)
    assert PaymentProof.objects.count() == 1
    assert_consistent(event)


def test_crossing_choices_end_without_a_deadlock() -> None:
    event = SeatingEventFactory(seats=12)
    for _ in range(3):
        one = choose(event, "A-1", "A-2", "A-3")
        other = choose(event, "A-3", "A-2", "A-1")
        results = at_once(lambda one=one: pay(one, 1), lambda other=other: pay(other, 2))
        assert len(of_kind(OpenOrder, results)) == 1, results
        assert len(of_kind(errors.SeatsTaken, results)) == 1, results
        assert_consistent(event)
        (won,) = of_kind(OpenOrder, results)
        reject_payment(Review(order_pk=won.order.pk, reviewed_by="staff:desk", reason="Next"))


def test_the_same_proof_four_times_is_one_sale(proof_dir: Path) -> None:
    event = SeatingEventFactory(seats=6)
    opened = choose(event, "A-1", "A-2")

    results = at_once(*[lambda: pay(opened)] * 4)

    assert len(of_kind(OpenOrder, results)) == 4, results
    assert PaymentProof.objects.count() == 1
    assert len(list(proof_dir.iterdir())) == 1
    assert current_version(event.pk) == 1
    assert_consistent(event)


def test_the_same_review_four_times_is_one_review() -> None:
    event = SeatingEventFactory(seats=6)
    opened = pay(choose(event, "A-1"))
    review = Review(
        order_pk=opened.order.pk,
        reviewed_by="staff:desk",
        expected_version=opened.order.version,
        reason="Wrong amount",
    )

    results = at_once(*[lambda: reject_payment(review)] * 2, *[lambda: approve_payment(review)] * 2)

    assert len(of_kind(SeatOrder, results)) == 1, results
    assert len(of_kind(errors.StaleVersion, results)) == 3, results
    assert_consistent(event)


def test_of_many_holds_of_a_seat_one_is_had() -> None:
    event = SeatingEventFactory(seats=12, exclusive=True)

    results = at_once(*[lambda n=n: choose(event, "A-1", f"B-{n + 1}") for n in range(6)])

    assert len(of_kind(OpenOrder, results)) == 1, results
    assert len(of_kind(errors.SeatsTaken, results)) == 5, results
    assert_consistent_holds(event, 2)


def test_holds_that_are_exchanged_do_not_block_each_other_for_ever() -> None:
    event = SeatingEventFactory(seats=12, exclusive=True)
    one, other = choose(event, "A-1"), choose(event, "A-2")

    results = at_once(
        lambda: choose_instead(one, "A-2", "A-3"), lambda: choose_instead(other, "A-1", "A-4")
    )

    assert not [r for r in results if not isinstance(r, OpenOrder | errors.SeatsTaken)], results
    assert sold_twice() == 0


def test_seats_freed_at_once_are_offered_to_each_who_waits_once() -> None:
    event = SeatingEventFactory(seats=6)
    sold = [pay(choose(event, f"A-{n}"), n) for n in range(1, 7)]
    for _ in range(4):
        join_waiting_list(WaitingRequest(event_slug=event.slug, quantity=1, holder=HOLDER))

    results = at_once(
        *[
            lambda pk=opened.order.pk: reject_payment(
                Review(order_pk=pk, reviewed_by="staff:desk", reason="No money")
            )
            for opened in sold
        ]
    )

    assert len(of_kind(SeatOrder, results)) == 6, results
    assert sold_twice() == 0
    offers = WaitingListEntry.objects.exclude(order=None)
    shown = list(statuses(event).values())
    assert (offers.count(), shown.count("HELD")) == (4, 4)
    assert_consistent(event)


def assert_consistent_holds(event: SeatingEvent, held: int) -> None:
    assert sold_twice() == 0
    assert list(statuses(event).values()).count("HELD") == held
    assert current_version(event.pk) == 1


# -- the twin --------------------------------------------------------------------------------------


@pytest.fixture
def without_constraint() -> Iterator[None]:
    """The table as it would be if the code above it were trusted."""
    constraint = next(
        constraint
        for constraint in SeatAllocation._meta.constraints
        if constraint.name == "seating_one_live_allocation_per_seat"
    )
    with connection.schema_editor() as editor:
        editor.remove_constraint(SeatAllocation, constraint)
    yield
    SeatAllocation.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(SeatAllocation, constraint)


@pytest.mark.usefixtures("without_constraint")
def test_without_the_constraint_seats_are_sold_twice() -> None:
    """The twin of the first test: it shows that the race is there, and what stands against it."""
    event = SeatingEventFactory(seats=12)
    orders = [choose(event, "A-1") for _ in range(BUYERS)]

    results = at_once(*[lambda n=n: pay(orders[n], n) for n in range(BUYERS)])

    assert len(of_kind(OpenOrder, results)) > 1, results
    assert sold_twice() == 1
