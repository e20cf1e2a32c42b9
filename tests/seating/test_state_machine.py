"""Whatever is done in whatever order: booked seats are those of booking orders, versions rise by
one, and the log of changes adds up to the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import TestCase
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apps.common.errors import DomainError
from apps.seating.changes import current_version, news_after
from apps.seating.models import SeatAllocation, SeatingEvent, SeatOrder, WaitingListEntry
from apps.seating.picking import Wish
from apps.seating.selectors import OpenOrder, get_open_order
from apps.seating.services.best import BestChoice, select_best_seats
from apps.seating.services.blocks import BlockRequest, block_seats, unblock_seats
from apps.seating.services.orders import release_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import (
    Review,
    approve_payment,
    reject_payment,
    reopen_order,
)
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.seating.states import BOOKING, LIVE
from tests.background import run_due_jobs
from tests.factories.seating import (
    HOLDER,
    SeatingEventFactory,
    choose,
    choose_instead,
    picture,
    statuses,
)

LABELS = [f"A-{n}" for n in range(1, 7)]
SOME_LABELS = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3, unique=True)
PLACES = st.integers(0, 50)
ORDER_MINUTES = 10


class Sales(RuleBasedStateMachine):
    """Commands on one event; refusals are as good as successes, broken promises are not."""

    event: SeatingEvent
    is_exclusive = False

    def __init__(self) -> None:
        super().__init__()
        self.event = SeatingEventFactory(
            seats=6, exclusive=self.is_exclusive, order_minutes=ORDER_MINUTES
        )
        self.orders: list[OpenOrder] = []
        self.seen_version = 0
        self.map = dict.fromkeys(LABELS, "AVAILABLE")
        self.clock = time_machine.travel(timezone.now(), tick=True)
        self.travel = self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()

    def _try(self, command: Callable[[], Any]) -> Any:
        try:
            return command()
        except DomainError:
            return None

    def _order(self, place: int) -> OpenOrder:
        return self.orders[place % len(self.orders)]

    def _reviewable(self, place: int) -> OpenOrder:
        """An order that awaits its review, where there is one: else reviews are mostly refused."""
        waiting = SeatOrder.objects.filter(event=self.event, status="AWAITING_REVIEW")
        keys = set(waiting.values_list("pk", flat=True))
        orders = [opened for opened in self.orders if opened.order.pk in keys] or self.orders
        return orders[place % len(orders)]

    @rule(labels=SOME_LABELS)
    def choose_seats(self, labels: list[str]) -> None:
        opened = self._try(lambda: choose(self.event, *labels))
        if opened is not None:
            self.orders.append(opened)

    @precondition(lambda self: self.orders)
    @rule(place=PLACES, labels=SOME_LABELS)
    def choose_others(self, place: int, labels: list[str]) -> None:
        self._try(lambda: choose_instead(self._order(place), *labels))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES, shade=st.integers(0, 3))
    def pay(self, place: int, shade: int) -> None:
        token = self._order(place).token
        self._try(lambda: submit_payment_proof(order_token=token, file=picture(shade=shade)))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES)
    def give_up(self, place: int) -> None:
        self._try(lambda: release_seats(order_token=self._order(place).token))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES, is_right=st.booleans())
    def review(self, place: int, is_right: bool) -> None:
        review = Review(order_pk=self._reviewable(place).order.pk, reviewed_by="desk", reason="No")
        decide = approve_payment if is_right else reject_payment
        self._try(lambda: decide(review))

    @rule(quantity=st.integers(1, 3))
    def wait_for_seats(self, quantity: int) -> None:
        request = WaitingRequest(event_slug=self.event.slug, quantity=quantity, holder=HOLDER)
        self._try(lambda: join_waiting_list(request))

    @rule(labels=SOME_LABELS)
    def take_back_what_somebody_waits_for(self, labels: list[str]) -> None:
        opened = self._try(lambda: choose(self.event, *labels))
        if opened is not None:
            self._try(lambda: submit_payment_proof(order_token=opened.token, file=picture()))
            self.wait_for_seats(quantity=1)
            review = Review(order_pk=opened.order.pk, reviewed_by="desk", reason="No")
            self._try(lambda: reject_payment(review))

    @rule(quantity=st.integers(1, 3))
    def choose_the_best(self, quantity: int) -> None:
        wish = BestChoice(event_slug=self.event.slug, wish=Wish(quantity=quantity), holder=HOLDER)
        opened = self._try(lambda: select_best_seats(wish))
        if opened is not None:
            self.orders.append(opened)

    @rule(labels=SOME_LABELS, is_blocked=st.booleans())
    def block_or_unblock(self, labels: list[str], is_blocked: bool) -> None:
        change = block_seats if is_blocked else unblock_seats
        request = BlockRequest(
            event=self.event, labels=labels, reason="Camera", performed_by="desk"
        )
        self._try(lambda: change(request))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES)
    def open_again(self, place: int) -> None:
        review = Review(order_pk=self._order(place).order.pk, reviewed_by="desk")
        self._try(lambda: reopen_order(review))

    @precondition(lambda self: self._offers())
    @rule(place=PLACES)
    def take_an_offer(self, place: int) -> None:
        offers = self._offers()
        self.orders.append(get_open_order(offers[place % len(offers)]))

    def _offers(self) -> list[str]:
        """Keys that people from the waiting list were given."""
        entries = WaitingListEntry.objects.filter(event=self.event, order__isnull=False)
        return [entry.offer_token for entry in entries.order_by("pk")]

    @rule(minutes=st.integers(1, ORDER_MINUTES + 1))
    def wait(self, minutes: int) -> None:
        self.travel.shift(timedelta(minutes=minutes))

    @rule()
    def let_workers_tidy(self) -> None:
        run_due_jobs()

    @invariant()
    def booked_seats_are_those_of_booking_orders(self) -> None:
        booking = SeatOrder.objects.filter(event=self.event, status__in=BOOKING)
        owed = SeatAllocation.objects.filter(order__in=booking)
        booked = [label for label, status in statuses(self.event).items() if status == "BOOKED"]
        assert sorted(owed.values_list("seat__label", flat=True)) == sorted(booked)

    @invariant()
    def no_seat_has_two_live_allocations(self) -> None:
        live = SeatAllocation.objects.filter(seat__event=self.event, status__in=LIVE)
        seats = list(live.values_list("seat_id", flat=True))
        assert len(seats) == len(set(seats))

    @invariant()
    def what_was_told_adds_up_to_the_table(self) -> None:
        for news in news_after(self.event.pk, self.seen_version):
            assert news.version == self.seen_version + 1
            assert not news.resync
            self.seen_version = news.version
            self.map |= {seat.label: seat.status.value for seat in news.seats}
        assert self.seen_version == current_version(self.event.pk)
        shown = statuses(self.event)
        # A hold that has lapsed is free at once; that is told when somebody has ended it.
        lapsed = set(
            SeatAllocation.objects.filter(
                seat__event=self.event, status="HELD", held_until__lte=timezone.now()
            ).values_list("seat__label", flat=True)
        )
        assert {k: v for k, v in self.map.items() if k not in lapsed} == {
            k: v for k, v in shown.items() if k not in lapsed
        }


class ExclusiveSales(Sales):
    """The same with holds."""

    is_exclusive = True


def check(machine: type[RuleBasedStateMachine]) -> Any:
    """Return the machine as a test in one transaction; each example has an event of its own."""

    class Check(machine.TestCase, TestCase):  # type: ignore[misc, name-defined]  # made at run time
        settings = settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )

    return Check


TestOpenSales = pytest.mark.usefixtures("proof_dir")(check(Sales))
TestExclusiveSales = pytest.mark.usefixtures("proof_dir")(check(ExclusiveSales))
