"""Choosing seats under both policies, choosing others, giving up, running out of time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.common.errors import Invalid
from apps.seating import errors
from apps.seating.changes import current_version
from apps.seating.models import SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.selectors import find_open_order, shown_status
from apps.seating.services.holders import Holder
from apps.seating.services.orders import SeatChoice, release_seats, select_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.states import OrderStatus, SeatStatus
from tests.background import run_due_jobs
from tests.factories.seating import (
    SeatingEventFactory,
    choose,
    choose_instead,
    make_seats,
    picture,
    statuses,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=12)
    return made


@pytest.fixture
def exclusive() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=12, exclusive=True, order_minutes=10)
    return made


def labels_of(order: SeatOrder) -> list[str]:
    rows = SeatAllocation.objects.filter(order=order).order_by("seat_id")
    return list(rows.values_list("seat__label", flat=True))


# -- open: a selection blocks nobody --------------------------------------------------------------


def test_an_open_selection_is_seen_by_nobody(event: SeatingEvent) -> None:
    opened = choose(event, "A-1", "A-2")

    assert (opened.order.status, labels_of(opened.order)) == ("PENDING", ["A-1", "A-2"])
    assert set(statuses(event).values()) == {SeatStatus.AVAILABLE}
    assert current_version(event.pk) == 0


def test_two_may_choose_the_same_open_seats(event: SeatingEvent) -> None:
    choose(event, "A-1")
    assert choose(event, "A-1").order.status == OrderStatus.PENDING


def test_choosing_again_replaces_the_seats(event: SeatingEvent) -> None:
    opened = choose(event, "A-1", "A-2")

    again = choose_instead(opened, "A-2", "B-1")

    assert again.order.pk == opened.order.pk
    assert labels_of(again.order) == ["A-2", "B-1"]
    assert again.order.version == 2
    assert again.order.holder_name == "Nora Quinn"


def test_a_booked_seat_cannot_be_chosen(event: SeatingEvent) -> None:
    submit_payment_proof(order_token=choose(event, "A-1").token, file=picture())
    mine = choose(event, "B-1")

    with pytest.raises(errors.SeatsTaken) as refusal:
        choose_instead(mine, "A-1", "A-2")

    assert refusal.value.labels == ["A-1"]
    assert labels_of(mine.order) == ["B-1"]


def test_a_blocked_seat_cannot_be_chosen(event: SeatingEvent) -> None:
    event.seats.filter(label="A-3").update(is_blocked=True, blocked_reason="Camera")

    with pytest.raises(errors.SeatsTaken):
        choose(event, "A-3")
    assert statuses(event)["A-3"] == SeatStatus.BLOCKED


# -- exclusive: a hold that others see -------------------------------------------------------------


def test_an_exclusive_selection_is_a_hold(exclusive: SeatingEvent) -> None:
    opened = choose(exclusive, "A-1")

    assert statuses(exclusive)["A-1"] == SeatStatus.HELD
    assert current_version(exclusive.pk) == 1
    with pytest.raises(errors.SeatsTaken):
        choose(exclusive, "A-1", "A-2")
    assert statuses(exclusive)["A-2"] == SeatStatus.AVAILABLE
    submit_payment_proof(order_token=opened.token, file=picture())
    assert statuses(exclusive)["A-1"] == SeatStatus.BOOKED


def test_replacing_a_hold_is_one_change_of_what_differs(exclusive: SeatingEvent) -> None:
    opened = choose(exclusive, "A-1", "A-2")

    choose_instead(opened, "A-2", "A-3")

    shown = statuses(exclusive)
    assert [shown[f"A-{n}"] for n in (1, 2, 3)] == ["AVAILABLE", "HELD", "HELD"]
    change = exclusive.changes.get(version=2)
    assert sorted(label for _, label, _ in change.seats) == ["A-1", "A-3"]


def test_choosing_again_does_not_prolong_a_hold(exclusive: SeatingEvent) -> None:
    opened = choose(exclusive, "A-1")
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        again = choose_instead(opened, "A-2")
    assert again.order.expires_at == opened.order.expires_at


def test_a_hold_lapses_without_any_worker(exclusive: SeatingEvent) -> None:
    late = choose(exclusive, "A-1", "A-2")

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert statuses(exclusive)["A-1"] == SeatStatus.AVAILABLE
        with pytest.raises(errors.OrderExpired):
            submit_payment_proof(order_token=late.token, file=picture())
        choose(exclusive, "A-1")

        shown = statuses(exclusive)
        assert (shown["A-1"], shown["A-2"]) == (SeatStatus.HELD, SeatStatus.AVAILABLE)
        late.order.refresh_from_db()
        assert late.order.status == OrderStatus.EXPIRED
        told = {label: status for _, label, status in exclusive.changes.get(version=2).seats}
        assert told == {"A-1": "HELD", "A-2": "AVAILABLE"}


def test_the_worker_tells_of_a_lapsed_hold(exclusive: SeatingEvent) -> None:
    choose(exclusive, "A-1")

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        run_due_jobs()

    assert SeatOrder.objects.get().status == OrderStatus.EXPIRED
    assert exclusive.changes.get(version=2).seats[0][1:] == ["A-1", "AVAILABLE"]


def test_an_open_order_that_was_prolonged_outlives_its_first_end(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    with time_machine.travel(timezone.now() + timedelta(minutes=50)) as clock:
        choose_instead(opened, "A-2")
        clock.shift(timedelta(minutes=30))
        run_due_jobs()
        order = SeatOrder.objects.get()
        assert order.status == OrderStatus.PENDING
        clock.shift(timedelta(minutes=31))
        assert shown_status(order) == OrderStatus.EXPIRED
        run_due_jobs()
        order.refresh_from_db()
        assert order.status == OrderStatus.EXPIRED
        with pytest.raises(errors.OrderExpired):
            choose_instead(opened, "A-3")


# -- giving up -------------------------------------------------------------------------------------


def test_giving_up_frees_a_hold_once(exclusive: SeatingEvent) -> None:
    opened = choose(exclusive, "A-1")

    assert release_seats(order_token=opened.token).order.status == OrderStatus.RELEASED
    assert release_seats(order_token=opened.token).order.status == OrderStatus.RELEASED

    assert statuses(exclusive)["A-1"] == SeatStatus.AVAILABLE
    assert current_version(exclusive.pk) == 2


def test_what_is_paid_for_is_not_given_up(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    submit_payment_proof(order_token=opened.token, file=picture())

    with pytest.raises(errors.OrderClosed):
        release_seats(order_token=opened.token)
    with pytest.raises(errors.OrderClosed):
        choose_instead(opened, "A-2")
    assert statuses(event)["A-1"] == SeatStatus.BOOKED


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "refusal"),
    [
        ([], errors.NoSeatsNamed),
        (["A-1", "A-1"], errors.NoSeatsNamed),
        (["A-1", " A-1 "], errors.NoSeatsNamed),
        (["A-1", "Z-9"], errors.SeatNotFound),
        (["\x00"], errors.SeatNotFound),
        (["\ud800"], errors.SeatNotFound),
        (["x" * 10_000], errors.SeatNotFound),
        ([f"A-{n}" for n in range(10_000)], errors.TooManySeats),
    ],
)
def test_wrong_labels(event: SeatingEvent, labels: list[str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        choose(event, *labels)
    assert not SeatOrder.objects.exists()


def test_seats_of_another_event_are_unknown(event: SeatingEvent) -> None:
    other = SeatingEventFactory()
    make_seats(other, 1)
    other.seats.update(label="Box-1")

    with pytest.raises(errors.SeatNotFound):
        choose(event, "Box-1")


def test_an_order_stays_with_its_event(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    other = SeatingEventFactory(seats=6)

    with pytest.raises(errors.OrderNotFound):
        select_seats(SeatChoice(event_slug=other.slug, labels=["A-1"], order_token=opened.token))


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": -1},
        {"starts_at": 9, "sales_open_at": 1},
        {"starts_at": 9, "sales_close_at": -1},
    ],
)
def test_outside_the_sales_window(times: dict[str, int]) -> None:
    now = timezone.now()
    event = SeatingEventFactory(
        seats=6, **{name: now + timedelta(hours=hours) for name, hours in times.items()}
    )

    with pytest.raises(errors.EventClosed):
        choose(event, "A-1")


def test_an_unknown_event() -> None:
    for slug in ("none", "", "\x00", "x" * 1000):
        with pytest.raises(errors.EventNotFound):
            select_seats(SeatChoice(event_slug=slug, labels=["A-1"]))


def test_a_wrong_holder_is_named_by_the_orders_inputs(event: SeatingEvent) -> None:
    for holder, field in (
        (Holder(name="1"), "holder_name"),
        (Holder(email="nora@"), "holder_email"),
        (Holder(phone="12"), "holder_phone"),
    ):
        with pytest.raises(Invalid) as refusal:
            choose(event, "A-1", holder=holder)
        assert refusal.value.field == field
    assert not SeatOrder.objects.exists()


def test_keys_are_kept_as_digests(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")

    assert opened.token not in str(SeatOrder.objects.values())
    assert find_open_order(opened.token) is not None
    assert find_open_order(opened.token + "x") is None
