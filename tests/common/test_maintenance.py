"""Periodic duties: one run at a time, the next one owed, a failure tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from apps.common import maintenance
from apps.common.jobs import kind_of, run_job
from apps.common.jobs.runner import LONGEST_PAUSE
from apps.common.jobs.sweeper import due_rows
from apps.common.maintenance import PeriodicDuty, owe_duties, register_duty
from apps.common.models import Duty
from tests.background import at_once

pytestmark = pytest.mark.django_db

NAME = "tests.sweep_the_yard"
EVERY = timedelta(hours=6)
NOW = datetime.fromisoformat("2026-07-01T12:00:00Z")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@contextmanager
def duty(do: Callable[[datetime], bool], *, every: timedelta = EVERY) -> Iterator[Duty]:
    """A duty that is due now."""
    register_duty(PeriodicDuty(name=NAME, every=every, do=do))
    try:
        row, _ = Duty.objects.update_or_create(name=NAME, defaults={"due_at": NOW})
        yield row
    finally:
        del maintenance._duties[NAME]
        Duty.objects.filter(name=NAME).delete()


def run(row: Duty) -> bool:
    worked = run_job(kind_of(Duty).name, str(row.pk))
    row.refresh_from_db()
    return worked


def test_a_run_owes_the_next_one() -> None:
    with duty(lambda _now: False) as row:
        assert run(row)

        assert (row.due_at, row.done_at) == (NOW + EVERY, NOW)
        assert not run(row)


def test_what_is_left_is_done_at_once() -> None:
    portions = iter([True, True, False])
    with duty(lambda _now: next(portions)) as row:
        run(row)

        assert next(portions, None) is None
        assert row.due_at == NOW + EVERY


def test_a_duty_that_fails_is_tried_again_soon_and_keeps_its_rhythm_afterwards() -> None:
    calls: list[datetime] = []

    def fail_once(now: datetime) -> bool:
        calls.append(now)
        if len(calls) == 1:
            raise RuntimeError("the broom broke")
        return False

    with duty(fail_once) as row:
        run(row)
        assert row.done_at is None
        assert row.due_at is not None
        assert NOW < row.due_at < NOW + LONGEST_PAUSE

        with time_machine.travel(row.due_at, tick=False):
            run(row)
            assert row.due_at == timezone.now() + EVERY
        assert (len(calls), row.attempts) == (2, 0)


def test_a_long_standstill_is_made_up_for_by_one_run() -> None:
    runs: list[datetime] = []

    def note(now: datetime) -> bool:
        runs.append(now)
        return False

    with duty(note) as row, time_machine.travel(NOW + 100 * EVERY, tick=False):
        run(row)

        assert runs == [NOW + 100 * EVERY]
        assert row.due_at == NOW + 101 * EVERY


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_runs_the_duty() -> None:
    runs: list[datetime] = []
    has_begun, may_end = threading.Event(), threading.Event()

    def stay_a_while(now: datetime) -> bool:
        runs.append(now)
        has_begun.set()
        may_end.wait(30)
        return False

    def come_second() -> bool:
        has_begun.wait(30)
        worked = run_job(kind_of(Duty).name, str(row.pk))
        may_end.set()
        return worked

    with duty(stay_a_while) as row:
        results = at_once(lambda: run_job(kind_of(Duty).name, str(row.pk)), come_second)

    assert results == [True, False]
    assert len(runs) == 1


def test_a_duty_that_this_release_does_not_know_is_left_to_others() -> None:
    row = Duty.objects.create(name="tests.of_another_release", due_at=NOW)

    assert not run(row)
    assert (row.due_at, row.fence) == (NOW, 0)
    assert str(row.pk) not in [pk for name, pk in due_rows(NOW) if name == kind_of(Duty).name]


def test_a_new_duty_gets_its_row_and_an_old_one_keeps_its_time() -> None:
    with duty(lambda _now: False) as row:
        Duty.objects.filter(pk=row.pk).update(due_at=NOW - EVERY)
        owe_duties()
        row.refresh_from_db()
        assert row.due_at == NOW - EVERY

        row.delete()
        owe_duties()
        assert Duty.objects.get(name=NAME).due_at == NOW + EVERY


def test_a_migration_leaves_a_row_for_every_duty() -> None:
    Duty.objects.all().delete()
    call_command("migrate", verbosity=0)

    assert set(Duty.objects.values_list("name", flat=True)) == set(maintenance._duties)
