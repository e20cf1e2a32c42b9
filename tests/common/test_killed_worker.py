"""Real worker processes: killed without warning, stopped in order, and what becomes of the work."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from huey.contrib.djhuey import HUEY

from apps.common.jobs import claim, wake
from apps.common.models import Duty
from tests.common.errands import DUTIES, MARKS, Errand, owe, wait_until
from tests.common.processes import PATIENCE, child, environ_on_test_database

pytestmark = pytest.mark.usefixtures("errand_rows")

StartWorker = Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]


@pytest.fixture
def start_worker(tmp_path: Path) -> StartWorker:
    HUEY.flush()
    environ = {**environ_on_test_database(), MARKS: str(tmp_path)}
    arguments = ("-m", "tests.common.worker_process")
    return lambda: child(*arguments, environ=environ, log=tmp_path / "log")


def begun(marks: Path, errand: Errand) -> list[int]:
    """The fences under which ``errand`` was begun."""
    return sorted(int(mark.name.split("-")[2]) for mark in marks.glob(f"begun-{errand.pk}-*"))


def is_done(errand: Errand) -> bool:
    errand.refresh_from_db()
    return errand.done == 1 and errand.due_at is None and errand.leased_until is None


def test_a_killed_worker_loses_no_work(start_worker: StartWorker, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    in_hand = owe()
    with start_worker() as first:
        wake(in_hand)
        wait_until(lambda: begun(tmp_path, in_hand))
        first.kill()
        first.wait(PATIENCE)
    promised_meanwhile = owe()
    wake(promised_meanwhile)
    unheard = owe()

    in_hand.refresh_from_db()
    assert (in_hand.done, in_hand.fence) == (0, 1)
    assert claim(Errand, in_hand.pk) is None, "the dead worker's lease still holds"
    # Its end is brought forward rather than waited for.
    Errand.objects.filter(pk=in_hand.pk).update(leased_until=timezone.now())

    gate.unlink()
    with start_worker():
        for errand in (in_hand, promised_meanwhile, unheard):
            wait_until(lambda errand=errand: is_done(errand))
    assert begun(tmp_path, in_hand) == [1, 2]
    assert in_hand.fence == 2
    assert begun(tmp_path, promised_meanwhile) == begun(tmp_path, unheard) == [1]


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_in_hand(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    errand = owe()
    with start_worker() as worker:
        wait_until(lambda: begun(tmp_path, errand))
        worker.send_signal(signal.SIGTERM)
        gate.unlink()
        assert worker.wait(PATIENCE) == 0
    assert is_done(errand)
    assert begun(tmp_path, errand) == [1]


def test_a_duty_is_one_workers_at_a_time_and_another_s_when_that_one_is_killed(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    for name in DUTIES:
        Duty.objects.create(name=name, due_at=timezone.now())
    guarded = Duty.objects.filter(name="tests.guarded")

    def holders() -> set[int]:
        return {int(mark.name.split("-")[1]) for mark in tmp_path.glob("guarded-*")}

    with start_worker() as first, start_worker() as second:
        wait_until(holders)
        # However slow this machine is, the lease does not end by itself meanwhile.
        guarded.update(leased_until=timezone.now() + timedelta(hours=1))
        (pid,) = holders()
        holder, other = (first, second) if first.pid == pid else (second, first)
        # The other one is there, looks for work and does it, and leaves this alone.
        wait_until(lambda: len(list(tmp_path.glob(f"counted-{other.pid}-*"))) >= 3)
        assert holders() == {holder.pid}

        holder.kill()
        holder.wait(PATIENCE)
        guarded.update(leased_until=timezone.now())
        wait_until(lambda: holders() == {holder.pid, other.pid})
        gate.unlink()
        wait_until(lambda: guarded.filter(done_at__isnull=False).exists())
