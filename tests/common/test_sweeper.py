"""The sweeper does what is due and was not heard, whatever else is broken."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from huey.contrib.djhuey import HUEY

from apps.common.jobs import Lease
from apps.common.jobs.sweeper import HEARD_FIRST, Sweeper, due_rows
from tests.common.errands import CarelessErrand, Errand, do, owe, wait_until, worked_by

pytestmark = pytest.mark.usefixtures("errand_rows")

OFTEN = 0.02
SOME_ROUNDS = 5


@contextmanager
def sweeping(how_many: int = 1) -> Iterator[list[Sweeper]]:
    sweepers = [Sweeper(interval=OFTEN) for _ in range(how_many)]
    for sweeper in sweepers:
        sweeper.start()
    try:
        yield sweepers
    finally:
        for sweeper in sweepers:
            sweeper.stop()


class Together:
    """Counts how many workers are on one row at the same time; they stay until ``let_go``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gate = threading.Event()
        self._on_row: Counter[Any] = Counter()
        self.most = 0

    def work(self, lease: Lease[Any]) -> None:
        with self._lock:
            self._on_row[lease.row.pk] += 1
            self.most = max(self.most, *self._on_row.values())
        self._gate.wait(30)
        with self._lock:
            self._on_row[lease.row.pk] -= 1
        do(lease)

    def began(self) -> int:
        return sum(self._on_row.values())

    def let_go(self) -> None:
        self._gate.set()


def hidden_table(hide: bool) -> None:
    here, away = Errand._meta.db_table, f"{Errand._meta.db_table}_away"
    with connection.schema_editor() as editor:
        editor.alter_db_table(Errand, *((here, away) if hide else (away, here)))


def all_done() -> bool:
    return not Errand.objects.exclude(done=1, due_at=None).exists()


def test_due_rows_are_done_without_any_queue() -> None:
    HUEY.flush()
    for _ in range(20):
        owe()
    with worked_by(do), sweeping():
        wait_until(all_done)
    assert HUEY.pending_count() == 0


def test_the_bell_is_heard_first() -> None:
    now = timezone.now()
    owe(due_at=now)
    with worked_by(do):
        assert list(due_rows(now - HEARD_FIRST)) == []
        assert len(list(due_rows(now))) == 1


def test_the_longest_overdue_comes_first_and_only_free_rows_come() -> None:
    now = timezone.now()
    young, old = (owe(due_at=now - timedelta(minutes=age)) for age in (1, 9))
    owe(leased_until=now + timedelta(seconds=1))
    Errand.objects.create()
    with worked_by(do) as name:
        assert list(due_rows(now)) == [(name, str(old.pk)), (name, str(young.pk))]


def test_rows_that_wait_for_something_busy_are_left_alone() -> None:
    ready, _waiting = owe(done=0), owe(done=1)
    with worked_by(do, ready=lambda rows: rows.filter(done=0)) as name:
        assert list(due_rows(timezone.now())) == [(name, str(ready.pk))]


def test_a_row_is_not_worked_on_twice_at_once() -> None:
    together = Together()
    owe()
    with worked_by(together.work), sweeping(3) as sweepers:
        wait_until(together.began)
        for _ in range(SOME_ROUNDS):
            for sweeper in sweepers:
                sweeper.sweep()
        together.let_go()
        wait_until(all_done)
    assert together.most == 1


def test_without_the_condition_of_the_claim_a_row_is_worked_on_twice_at_once() -> None:
    together = Together()
    owe()
    with worked_by(together.work, CarelessErrand), sweeping(3):
        wait_until(lambda: together.most > 1)
        together.let_go()


def test_a_round_that_fails_is_followed_by_one_that_works(caplog: pytest.LogCaptureFixture) -> None:
    owe()
    hidden_table(True)
    try:
        with worked_by(do), sweeping():
            wait_until(lambda: "sweep.kind_failed" in caplog.text)
            hidden_table(False)
            wait_until(all_done)
    finally:
        if "errand_away" in "".join(connection.introspection.table_names()):
            hidden_table(False)


def test_a_kind_that_can_not_be_read_does_not_stop_the_others() -> None:
    owe()

    def broken(_rows: Any) -> Any:
        raise ConnectionError("this kind's table is gone")

    # Registered first, so that the sweep meets it first.
    with worked_by(do, CarelessErrand, ready=broken), worked_by(do), sweeping():
        wait_until(all_done)


def test_a_job_that_fails_does_not_stop_the_others() -> None:
    bad, good = owe(), owe()

    def work(lease: Lease[Any]) -> None:
        if lease.row.pk == bad.pk:
            raise ConnectionError("the vendor hung up")
        do(lease)

    with worked_by(work), sweeping():
        wait_until(lambda: Errand.objects.filter(pk=good.pk, done=1).exists())
        wait_until(lambda: Errand.objects.filter(pk=bad.pk, due_at__gt=timezone.now()).exists())


def test_work_with_threads_of_its_own_makes_no_other_wait() -> None:
    """One kind waits for strangers on every thread that it has; the other is done meanwhile."""
    together = Together()
    for _ in range(3):
        owe(done=0)
    other = owe(done=7)
    waiting = {"own_threads": 2, "ready": lambda rows: rows.filter(done=0)}
    shared = {"ready": lambda rows: rows.filter(done=7)}
    with worked_by(together.work, CarelessErrand, **waiting), worked_by(do, **shared), sweeping():
        wait_until(lambda: together.began() >= 2)
        wait_until(lambda: Errand.objects.filter(pk=other.pk, done=8).exists())
        together.let_go()
        wait_until(lambda: not Errand.objects.filter(done=0).exists())


def test_stopping_finishes_what_is_in_hand_and_begins_nothing_more() -> None:
    together = Together()
    errand = owe()
    with worked_by(together.work):
        sweeper = Sweeper(interval=OFTEN, threads=1)
        sweeper.start()
        wait_until(together.began)
        stopping = threading.Thread(target=sweeper.stop)
        stopping.start()
        wait_until(sweeper._stopping.is_set)
        later = owe()
        together.let_go()
        stopping.join()
        sweeper.sweep()
    errand.refresh_from_db()
    later.refresh_from_db()
    assert (errand.done, later.done) == (1, 0)


def test_two_stops_do_no_harm_nor_does_one_before_the_start() -> None:
    sweeper = Sweeper()
    sweeper.stop()
    sweeper.stop()
    with sweeping() as sweepers:
        sweepers[0].stop()
