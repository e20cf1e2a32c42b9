"""Work owed by rows: one worker wins, a late one can't store, and nothing owed is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from huey.contrib.djhuey import HUEY
from huey.storage import RedisStorage
from hypothesis import given
from hypothesis import strategies as st

from apps.common.jobs import LEASE, Lease, claim, here, kind_of, run_job, wake
from apps.common.jobs.runner import FIRST_PAUSE, LONGEST_PAUSE, pause_after, run_together
from tests.common.errands import CarelessErrand, Errand, do, owe, worked_by
from tests.services.process import free_port

pytestmark = pytest.mark.usefixtures("errand_rows")

CONTENDERS = 8
JITTER = (0.75, 1.25)


def at_once(action: Callable[[], Any]) -> list[Any]:
    """Run ``action`` in many threads, none of which changes a row before all are about to."""
    barrier = threading.Barrier(CONTENDERS, timeout=20)

    def contend(_number: int) -> Any:
        waited = threading.Event()

        def wait_for_the_others(execute: Any, sql: str, *rest: Any) -> Any:
            if sql.startswith("UPDATE") and not waited.is_set():
                waited.set()
                barrier.wait()
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(wait_for_the_others):
                return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(CONTENDERS) as pool:
        return list(pool.map(contend, range(CONTENDERS)))


@contextmanager
def much_later(after: timedelta = LEASE) -> Iterator[None]:
    with time_machine.travel(timezone.now() + after, tick=False):
        yield


def take(errand: Errand) -> Lease[Errand]:
    lease = claim(Errand, errand.pk)
    assert lease is not None
    return lease


# -- claiming --------------------------------------------------------------------------------


def test_one_of_many_wins_the_claim() -> None:
    errand = owe()
    won = [lease for lease in at_once(lambda: claim(Errand, errand.pk)) if lease]
    errand.refresh_from_db()
    assert [lease.fence for lease in won] == [errand.fence] == [1]


def test_without_the_condition_of_the_claim_everybody_wins() -> None:
    errand = owe()
    won = [lease for lease in at_once(lambda: claim(CarelessErrand, errand.pk)) if lease]
    assert len(won) == CONTENDERS


def test_one_of_many_takes_over_an_ended_lease() -> None:
    errand = owe(leased_until=timezone.now() - timedelta(seconds=1), fence=5)
    won = [lease for lease in at_once(lambda: claim(Errand, errand.pk)) if lease]
    assert [lease.fence for lease in won] == [6]


def test_work_that_is_not_due_is_not_claimed() -> None:
    now = timezone.now()
    errand = owe(due_at=now + timedelta(microseconds=1))
    assert claim(Errand, errand.pk, now=now) is None
    assert claim(Errand, errand.pk, now=now + timedelta(microseconds=1)) is not None


def test_a_row_that_owes_nothing_or_is_gone_is_not_claimed() -> None:
    assert claim(Errand, Errand.objects.create().pk) is None
    assert claim(Errand, 987_654_321) is None


def test_a_lease_holds_until_its_end_and_not_longer() -> None:
    errand = owe()
    now = timezone.now()
    assert claim(Errand, errand.pk, now=now) is not None
    assert claim(Errand, errand.pk, now=now + LEASE - timedelta(microseconds=1)) is None
    assert claim(Errand, errand.pk, now=now + LEASE) is not None


def test_a_renewed_lease_holds_longer() -> None:
    errand = owe()
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        lease = take(errand)
        traveller.shift(LEASE - timedelta(seconds=1))
        assert lease.renew()
        traveller.shift(LEASE - timedelta(seconds=1))
        assert claim(Errand, errand.pk) is None


# -- the fence -------------------------------------------------------------------------------


def test_a_lost_lease_can_not_store_anything() -> None:
    errand = owe()
    late = take(errand)
    with much_later():
        winner = take(errand)
        before = Errand.objects.values().get(pk=errand.pk)
        assert not late.renew()
        assert not late.settle(done=100)
        with transaction.atomic():
            assert late.lock() is None
        assert Errand.objects.values().get(pk=errand.pk) == before
        assert winner.settle(done=1)
    errand.refresh_from_db()
    assert errand.done == 1


def test_a_lost_lease_can_not_store_after_the_winner_is_done_either() -> None:
    errand = owe()
    late = take(errand)
    with much_later():
        take(errand).settle(done=1)
    assert not late.settle(done=100)
    errand.refresh_from_db()
    assert errand.done == 1


def test_a_held_lease_locks_the_row_as_it_is_now() -> None:
    errand = owe()
    lease = take(errand)
    Errand.objects.filter(pk=errand.pk).update(done=7)
    with transaction.atomic():
        row = lease.lock()
    assert row is not None
    assert row.done == 7
    assert lease.row.done == 0


# -- settling --------------------------------------------------------------------------------


def test_settled_work_is_owed_no_more_and_its_attempts_are_forgotten() -> None:
    errand = owe(attempts=3)
    assert take(errand).settle(done=1)
    errand.refresh_from_db()
    assert (errand.done, errand.due_at, errand.leased_until, errand.attempts) == (1, None, None, 0)


def test_work_put_off_keeps_its_attempts() -> None:
    errand = owe(attempts=3)
    later = timezone.now() + timedelta(minutes=1)
    assert take(errand).settle(due_at=later)
    errand.refresh_from_db()
    assert (errand.due_at, errand.leased_until, errand.attempts) == (later, None, 4)


@pytest.mark.parametrize("put_off_by", [None, timedelta(hours=1)])
def test_work_asked_for_meanwhile_stays_owed(put_off_by: timedelta | None) -> None:
    errand = owe()
    lease = take(errand)
    asked_at = timezone.now()
    Errand.objects.filter(pk=errand.pk).update(due_at=asked_at)
    assert lease.settle(due_at=put_off_by and asked_at + put_off_by)
    errand.refresh_from_db()
    assert (errand.due_at, errand.leased_until) == (asked_at, None)


def test_work_called_off_meanwhile_is_not_put_off() -> None:
    errand = owe()
    lease = take(errand)
    Errand.objects.filter(pk=errand.pk).update(due_at=None)
    assert lease.settle(due_at=timezone.now())
    errand.refresh_from_db()
    assert errand.due_at is None


# -- running ---------------------------------------------------------------------------------


def test_a_job_runs_until_nothing_is_due() -> None:
    errand = owe()

    def asked_twice_more(lease: Lease[Any]) -> None:
        if lease.fence < 3:
            Errand.objects.filter(pk=errand.pk).update(due_at=timezone.now())
        do(lease)

    with worked_by(asked_twice_more) as name:
        assert run_job(name, str(errand.pk))
        errand.refresh_from_db()
        assert (errand.done, errand.due_at) == (3, None)
        assert not run_job(name, str(errand.pk))


def test_what_waited_behind_a_row_is_done_after_it() -> None:
    first, second, not_due = owe(), owe(), owe(due_at=timezone.now() + timedelta(hours=1))
    behind = {first.pk: str(second.pk), second.pk: str(not_due.pk)}
    with worked_by(do, next_after=lambda row: behind[row.pk]) as name:
        run_job(name, str(first.pk))
    assert [errand.done for errand in Errand.objects.order_by("pk")] == [1, 1, 0]


def test_a_job_that_is_always_due_lets_the_thread_go_in_the_end() -> None:
    errand = owe()
    with worked_by(lambda lease: lease.settle(due_at=lease.claimed_due)) as name:
        assert run_job(name, str(errand.pk))
    errand.refresh_from_db()
    assert errand.due_at is not None


def test_a_job_rung_for_many_times_at_once_is_done_once() -> None:
    errand = owe()
    with worked_by(do) as name:
        worked = at_once(lambda: run_job(name, str(errand.pk)))
    errand.refresh_from_db()
    assert (worked.count(True), errand.done) == (1, 1)


def test_failures_are_tried_again_after_growing_pauses() -> None:
    errand = owe()

    def fail(lease: Lease[Any]) -> None:
        raise ConnectionError("the vendor hung up")

    pauses = []
    with worked_by(fail) as name, time_machine.travel(timezone.now(), tick=False) as traveller:
        for _ in range(5):
            assert run_job(name, str(errand.pk))
            assert not run_job(name, str(errand.pk))
            errand.refresh_from_db()
            assert errand.due_at is not None
            pauses.append(errand.due_at - timezone.now())
            traveller.move_to(errand.due_at, tick=False)
    assert errand.attempts == 5
    assert pauses == sorted(pauses)
    assert len(set(pauses)) == len(pauses)


def test_success_after_failures_begins_a_new_count() -> None:
    errand = owe()
    outcomes = iter([False, True])

    def fail_first(lease: Lease[Any]) -> None:
        if not next(outcomes):
            raise ConnectionError("the vendor hung up")
        do(lease)

    with worked_by(fail_first) as name:
        run_job(name, str(errand.pk))
        with much_later(LONGEST_PAUSE):
            run_job(name, str(errand.pk))
    errand.refresh_from_db()
    assert (errand.done, errand.attempts, errand.due_at) == (1, 0, None)


def test_a_failure_after_the_work_was_settled_does_not_bring_it_back() -> None:
    errand = owe()

    def fail_late(lease: Lease[Any]) -> None:
        do(lease)
        raise ConnectionError("the news did not get through")

    with worked_by(fail_late) as name:
        run_job(name, str(errand.pk))
    errand.refresh_from_db()
    assert (errand.done, errand.due_at) == (1, None)


def test_a_worker_that_ends_begins_nothing_after_what_it_has_in_hand() -> None:
    errand, behind = owe(), owe()

    def do_without_end(lease: Lease[Any]) -> None:
        lease.settle(done=lease.row.done + 1, due_at=timezone.now())

    with worked_by(do_without_end, next_after=lambda _: str(behind.pk)) as name, here.ending():
        assert run_job(name, str(errand.pk))
    errand.refresh_from_db()
    behind.refresh_from_db()
    assert (errand.done, errand.leased_until, behind.done) == (1, None, 0)
    assert errand.due_at is not None


def test_a_worker_that_ends_gives_back_what_it_took_and_has_not_begun() -> None:
    taken = [owe(), owe(), owe()]

    def do_and_end(lease: Lease[Any]) -> None:
        do(lease)
        ending.enter_context(here.ending())

    with worked_by(do_and_end) as name, ExitStack() as ending:
        run_together(name, [str(errand.pk) for errand in taken])
    left = Errand.objects.filter(done=0)
    assert left.count() == 2
    assert set(left.values_list("attempts", "leased_until")) == {(0, None)}
    assert all(claim(Errand, errand.pk) for errand in left)


def test_unknown_kinds_are_ignored() -> None:
    assert not run_job("tests_common.Nobody", "1")


def test_a_model_is_found_with_its_work() -> None:
    with worked_by(do):
        assert kind_of(Errand).work is do
    with pytest.raises(KeyError):
        kind_of(Errand)


@given(attempts=st.integers(min_value=0, max_value=2**31))
def test_pauses_double_within_their_bounds(attempts: int) -> None:
    doubled = FIRST_PAUSE.total_seconds() * 2 ** min(max(attempts - 1, 0), 64)
    expected = min(doubled, LONGEST_PAUSE.total_seconds())
    pause = pause_after(attempts).total_seconds()
    assert expected * JITTER[0] - 1e-6 <= pause <= expected * JITTER[1] + 1e-6


# -- the bell --------------------------------------------------------------------------------


def test_the_bell_rings_after_the_commit() -> None:
    errand = owe()
    HUEY.flush()
    with transaction.atomic():
        wake(errand)
        assert HUEY.pending_count() == 0
    assert [task.args for task in HUEY.pending()] == [("tests_common.Errand", str(errand.pk))]


def test_the_bell_does_not_ring_for_what_is_rolled_back() -> None:
    HUEY.flush()

    with transaction.atomic():
        wake(owe())
        transaction.set_rollback(True)
    assert HUEY.pending_count() == 0


def test_a_rung_job_is_done_by_the_one_who_hears_it() -> None:
    errand = owe()
    HUEY.flush()
    wake(errand)
    with worked_by(do):
        HUEY.execute(HUEY.dequeue())
    errand.refresh_from_db()
    assert errand.done == 1


def test_a_broken_queue_does_not_fail_who_rings(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nobody_listens = RedisStorage("doorstep", url=f"redis://127.0.0.1:{free_port()}")
    monkeypatch.setattr(HUEY, "storage", nobody_listens)
    with transaction.atomic():
        errand = owe()
        wake(errand)
    wake(errand)  # and without a transaction
    assert Errand.objects.filter(pk=errand.pk, due_at__isnull=False).exists()
    assert len([line for line in caplog.records if "on_commit" in line.getMessage()]) == 2
