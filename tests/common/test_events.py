"""The log of what happened: nobody who reads on from a number can have passed another one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.common import events
from apps.common.events import (
    RESYNC,
    News,
    events_after,
    last_number,
    purge_events,
    record_event,
    record_events,
    resume,
)
from apps.common.models import Event, EventStream
from tests.background import at_once
from tests.common.errands import wait_until

STREAM = "hotel:1"
PATIENCE = 60.0

many_writers = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time anyway"
)


def told(after: int = 0) -> list[tuple[int, str]]:
    return [(event.number, event.name) for event in events_after(STREAM, after)]


def tell(name: str) -> Event:
    return record_event(STREAM, name, {})


# -- numbers -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_events_of_one_write_follow_each_other_and_those_before() -> None:
    tell("first")
    made = record_events(
        STREAM, [News(name=name, data={"n": name}) for name in ("second", "third")]
    )

    assert told() == [(1, "first"), (2, "second"), (3, "third")]
    assert [(event.number, event.data) for event in made] == [
        (2, {"n": "second"}),
        (3, {"n": "third"}),
    ]
    assert last_number(STREAM) == 3


@pytest.mark.django_db
def test_nothing_to_tell_takes_no_number() -> None:
    assert record_events(STREAM, []) == ()
    assert not EventStream.objects.exists()


@pytest.mark.django_db
def test_streams_are_numbered_apart() -> None:
    tell("here")
    assert record_event("hotel:2", "there", {}).number == 1


@pytest.mark.django_db(transaction=True)
def test_many_writers_leave_no_gap_and_no_double() -> None:
    results = at_once(*[lambda: [tell("told") for _ in range(5)]] * 4)

    assert not [result for result in results if isinstance(result, Exception)]
    assert [number for number, _ in told()] == list(range(1, 21))


@pytest.mark.django_db(transaction=True)
def test_a_write_that_is_taken_back_leaves_no_gap() -> None:
    @transaction.atomic
    def tell_and_fail() -> None:
        tell("never")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()

    assert tell("told").number == 1


# -- the order of commits ------------------------------------------------------------------------


class Writer:
    """A transaction in a thread of its own that tells one event and stays open until released."""

    def __init__(self, name: str) -> None:
        self.has_told, self.may_commit = threading.Event(), threading.Event()
        self.has_committed = threading.Event()
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(name,), daemon=True)
        self.thread.start()

    def _run(self, name: str) -> None:
        try:
            with transaction.atomic():
                tell(name)
                self.has_told.set()
                assert self.may_commit.wait(PATIENCE)
            self.has_committed.set()
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()

    def finish(self) -> None:
        self.may_commit.set()
        self.thread.join(PATIENCE)
        assert self.error is None, self.error


@contextmanager
def open_writer(name: str) -> Iterator[Writer]:
    """A writer that has its number and has not committed."""
    writer = Writer(name)
    try:
        assert writer.has_told.wait(PATIENCE), writer.error
        yield writer
    finally:
        writer.finish()


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@many_writers
@pytest.mark.django_db(transaction=True)
def test_a_later_number_can_t_be_read_before_an_earlier_one() -> None:
    EventStream.objects.create(name=STREAM)
    with open_writer("early"):
        late = Writer("late")
        late.may_commit.set()
        wait_until(somebody_waits_for_a_lock)
        assert not late.has_told.is_set()
        assert told() == []
    late.finish()

    assert told() == [(1, "early"), (2, "late")]


@many_writers
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_reader_overtakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the test above: numbers that are merely counted, as a sequence would."""
    stream, numbers = EventStream.objects.create(name=STREAM), count(1)

    def merely_count(_stream: str, _count: int) -> tuple[int, int]:
        return stream.pk, next(numbers)

    monkeypatch.setattr(events, "_take_numbers", merely_count)
    with open_writer("early"):
        with open_writer("late"):
            pass
        seen = told()
        assert seen == [(2, "late")]

    assert told(after=seen[-1][0]) == []  # "early" has been told by now, and is never heard of


# -- keeping and forgetting ----------------------------------------------------------------------


def make_old(upto: int) -> None:
    Event.objects.filter(number__lte=upto).update(happened_at=timezone.now() - timedelta(days=8))


@pytest.fixture
def a_week(settings: Settings) -> None:
    settings.EVENT_RETENTION_DAYS = 7


@pytest.mark.django_db
def test_what_is_older_than_it_is_kept_is_deleted_in_portions(
    a_week: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.common.maintenance.PORTION", 2)
    for number in range(1, 6):
        tell(f"told {number}")
    make_old(upto=3)

    assert purge_events(timezone.now()) is True
    assert purge_events(timezone.now()) is False
    assert [number for number, _ in told()] == [4, 5]
    assert tell("next").number == 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "heard"),
    [
        (5, []),
        (4, [(5, "told")]),
        (3, [(4, "told"), (5, "told")]),
        (2, [(5, RESYNC)]),
        (0, [(5, RESYNC)]),
        (9, [(5, RESYNC)]),  # a number that was never given: the database is an older one
    ],
)
def test_who_comes_back_too_late_is_told_to_fetch_again(
    a_week: None, after: int, heard: list[Any]
) -> None:
    for _ in range(5):
        tell("told")
    make_old(upto=3)
    purge_events(timezone.now())

    assert [(event.number, event.name) for event in resume(STREAM, after)] == heard


@pytest.mark.django_db
def test_a_log_that_has_forgotten_everything_still_knows_how_far_it_was(a_week: None) -> None:
    tell("told")
    make_old(upto=1)
    purge_events(timezone.now())

    (heard,) = resume(STREAM, 0)
    assert (heard.number, heard.name) == (1, RESYNC)
    assert list(resume(STREAM, 1)) == []
