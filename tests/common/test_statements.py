"""Statements that are worded once: the same rows and changes as the ORM's own."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Count, F
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from apps.bookings.models import Booking
from apps.common.notices.models import Channel, Notice
from apps.common.statements import (
    INSTANT,
    MOST_ROWS,
    Given,
    KnownInsert,
    KnownRead,
    KnownUpdate,
    give_related,
    store,
)
from apps.seating.models import Seat, SeatAllocation, SeatChange, SeatingEvent, SeatOrder
from tests.factories.bookings import BookingFactory
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


# -- inserts --------------------------------------------------------------------------------------


def notice(key: str) -> Notice:
    return Notice(
        scope="hotel:1",
        channel=Channel.EMAIL,
        recipient="nora@example.com",
        template="seats_submitted",
        language="en",
        context='{"number": "1"}',
        dedupe_key=key,
        asked_at=timezone.now(),
        due_at=timezone.now(),
    )


def change(event: SeatingEvent, version: int) -> SeatChange:
    seats = [[7, "A-1", "BOOKED"], [8, "Ä-2", "AVAILABLE"]]
    return SeatChange(event=event, version=version, seats=seats, changed_at=timezone.now())


def test_a_known_insert_stores_what_the_orm_would_and_gives_the_row_its_key() -> None:
    event = SeatingEventFactory.create()
    known = KnownInsert(SeatChange)
    for version in (1, 2):
        stored = known.run(change(event, version))

        fresh = SeatChange.objects.get(pk=stored.pk)
        assert not stored._state.adding
        assert {**vars(fresh), "_state": 0} | {"seats": 0} == {
            **{name: vars(stored)[name] for name in vars(fresh)},
            "_state": 0,
        } | {"seats": 0}
        assert fresh.seats == stored.seats
    for count in (2, 3, MOST_ROWS + 1):
        stored = known.all([change(event, 100 * count + place) for place in range(count)])
        for place, row in enumerate(stored):
            assert SeatChange.objects.get(pk=row.pk).version == 100 * count + place
    assert known.all([]) == []


def test_a_known_insert_writes_as_the_fields_do() -> None:
    """Encrypted, with its own key, and once for each key that is unique."""
    known = KnownInsert(Notice, gives_way=True)
    first = known.run(notice("once"))
    known.run(notice("once"))
    known.run(notice("again"))

    assert Notice.objects.count() == 2
    stored = Notice.objects.get(pk=first.pk)
    assert (stored.recipient, stored.context) == (first.recipient, first.context)
    with connection.cursor() as cursor:
        cursor.execute("SELECT recipient FROM common_notice")
        assert all("nora" not in row[0] for row in cursor.fetchall())


def test_a_known_insert_that_is_refused_breaks_its_transaction() -> None:
    event = SeatingEventFactory.create()
    known = KnownInsert(SeatChange)
    known.run(change(event, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        known.run(change(event, 1))
    with transaction.atomic():
        with contextlib.suppress(IntegrityError):
            known.run(change(event, 1))
        assert transaction.get_rollback()
        transaction.set_rollback(True)
    assert event.changes.count() == 1


def test_one_row_is_stored_as_save_would_store_it() -> None:
    event, other = SeatingEventFactory.create(), SeatingEventFactory.create()
    starts_at = timezone.now() + timedelta(days=9)
    event.starts_at, event.name = starts_at, "not stored"
    store(event, "starts_at")

    stored = SeatingEvent.objects.get(pk=event.pk)
    assert (stored.starts_at, stored.name) == (starts_at, other.name)
    store(event)
    assert SeatingEvent.objects.get(pk=event.pk).name == "not stored"
    other.refresh_from_db()
    assert other.name != "not stored"
    event.delete()
    event.pk = 987_654
    with pytest.raises(DatabaseError):
        store(event, "name")


def test_an_instant_of_change_is_noted_as_save_would_note_it() -> None:
    booking = BookingFactory.create()
    before = booking.updated_at
    store(booking, "updated_at")
    assert booking.updated_at > before
    assert Booking.objects.get(pk=booking.pk).updated_at == booking.updated_at
