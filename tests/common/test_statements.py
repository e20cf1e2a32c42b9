"""Statements that are worded once: the same rows and changes as the ORM's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count, F
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from apps.common.statements import INSTANT, Given, KnownRead, KnownUpdate, give_related
from apps.seating.models import Seat, SeatAllocation, SeatingEvent, SeatOrder
from tests.factories.seating import SeatingEventFactory, choose
from tests.statements import statements

pytestmark = pytest.mark.django_db


def test_a_known_read_gives_the_rows_of_its_values_each_time() -> None:
    events = [SeatingEventFactory.create(), SeatingEventFactory.create()]
    known = KnownRead(
        lambda: SeatingEvent.objects.select_related("hotel").filter(slug=Given("slug"))
    )

    for event in events:
        found = known.one(slug=event.slug)

        assert found == event
        assert vars(found)["starts_at"] == event.starts_at
        assert statements(lambda found=found: found.hotel.name) == []
        assert found.hotel == event.hotel
    assert known.one(slug="none-of-them") is None


def test_instants_and_annotations_are_read_as_the_orm_reads_them() -> None:
    event = SeatingEventFactory.create(seats=3)
    SeatingEventFactory.create(starts_at=timezone.now() + timedelta(days=90))
    known = KnownRead(
        lambda: SeatingEvent.objects.filter(starts_at__lt=Given("until", INSTANT)).annotate(
            seat_count=Count("seats")
        )
    )

    (found,) = known.all(until=event.starts_at + timedelta(microseconds=1))

    assert (found.pk, found.starts_at, found.seat_count) == (event.pk, event.starts_at, 3)
    assert known.all(until=event.starts_at) == []


def test_places_stand_for_one_value_of_several() -> None:
    event = SeatingEventFactory.create(seats=3)
    known = KnownRead(
        lambda: Seat.objects.filter(
            event=Given("event"), label__in=[Given("labels", place=place) for place in range(2)]
        ).order_by("pk")
    )

    found = known.all(event=event.pk, labels=["A-3", "A-1"])

    assert [seat.label for seat in found] == ["A-1", "A-3"]


def test_a_known_update_changes_the_rows_of_its_values_and_counts_them() -> None:
    event = SeatingEventFactory.create(seats=2)
    order, other = (choose(event, label).order for label in ("A-1", "A-2"))
    due_at = timezone.now()
    known = KnownUpdate(
        lambda: SeatOrder.objects.filter(pk=Given("pk"), version=Given("seen")),
        version=F("version") + 1,
        due_at=Given("due_at", INSTANT),
    )

    assert known.run(pk=order.pk, seen=1, due_at=due_at) == 1
    assert known.run(pk=order.pk, seen=1, due_at=None) == 0

    order.refresh_from_db()
    assert (order.version, order.due_at) == (2, due_at)
    other.refresh_from_db()
    assert other.version == 1


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused_however_often() -> None:
    event = SeatingEventFactory.create()
    known = KnownRead(lambda: SeatingEvent.objects.filter(pk=Given("pk")).select_for_update())
    with transaction.atomic():
        assert known.one(pk=event.pk) == event

    if connection.features.has_select_for_update:
        with pytest.raises(TransactionManagementError):
            known.one(pk=event.pk)


def test_given_rows_are_as_good_as_prefetched_ones() -> None:
    order = choose(SeatingEventFactory.create(seats=1), "A-1").order
    rows = list(SeatAllocation.objects.filter(order=order))
    fresh = SeatOrder.objects.get(pk=order.pk)

    give_related(fresh, "allocations", rows)

    assert statements(lambda: list(fresh.allocations.all())) == []
    assert list(fresh.allocations.all()) == rows
    assert list(fresh.allocations.order_by("-pk")) == rows
