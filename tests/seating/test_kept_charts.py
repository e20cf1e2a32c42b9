"""A chart is read once for each of its versions, and never shows what nobody else will see."""

from __future__ import annotations

import pytest
from django.db import transaction

from apps.seating.models import Seat, SeatingEvent
from apps.seating.seat_map import read_chart, read_seat_map
from apps.seating.states import SeatStatus
from tests.factories.seating import SeatingEventFactory, choose
from tests.statements import statements

pytestmark = pytest.mark.django_db(transaction=True)


def labels_of(event: SeatingEvent) -> list[str]:
    return list(read_chart(SeatingEvent.objects.get(pk=event.pk)).columns["label"])


def test_a_chart_is_read_once_and_its_states_each_time() -> None:
    event = SeatingEventFactory.create(exclusive=True, seats=2)
    read_seat_map(event)

    asked = statements(lambda: read_seat_map(event))
    choose(event, "A-2")

    assert len(asked) == 2, asked
    assert read_seat_map(event).statuses == [SeatStatus.AVAILABLE, SeatStatus.HELD]


def test_another_version_is_another_chart() -> None:
    event = SeatingEventFactory.create(seats=1)
    assert labels_of(event) == ["A-1"]

    Seat.objects.filter(event=event).update(label="A-9")
    SeatingEvent.objects.filter(pk=event.pk).update(chart_version=event.chart_version + 1)

    assert labels_of(event) == ["A-9"]


def test_seats_of_a_transaction_that_is_given_up_are_shown_to_nobody() -> None:
    event = SeatingEventFactory.create(seats=1)
    with transaction.atomic():
        Seat.objects.filter(event=event).update(label="A-9")
        assert labels_of(event) == ["A-9"]
        transaction.set_rollback(True)

    assert labels_of(event) == ["A-1"]
