"""The embedded queue: nobody polls for calls of this process, and none of another's is missed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apps.common.queue import EmbeddedQueue

NEVER = 3600.0  # seconds: a worker that only looked now and then would fail the test by its wait
PATIENCE = 30.0
SOON = 0.05


def _queue(directory: Path, look_seconds: float) -> EmbeddedQueue:
    return EmbeddedQueue("t", filename=str(directory / "queue.sqlite3"), look_seconds=look_seconds)


def test_a_waiting_worker_is_woken_by_a_call_of_its_own_process(tmp_path: Path) -> None:
    queue = _queue(tmp_path, NEVER)
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(queue.dequeue)
        queue.enqueue(b"call")
        assert worker.result(PATIENCE) == b"call"


def test_each_call_goes_to_one_worker(tmp_path: Path) -> None:
    queue = _queue(tmp_path, NEVER)
    calls = [b"%d" % number for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(queue.dequeue) for _ in calls]
        for call in calls:
            queue.enqueue(call)
        assert sorted(worker.result(PATIENCE) or b"" for worker in workers) == sorted(calls)


def test_a_call_of_another_process_is_found_by_looking(tmp_path: Path) -> None:
    here, elsewhere = _queue(tmp_path, SOON), _queue(tmp_path, SOON)
    elsewhere.enqueue(b"call")
    assert here.dequeue() == b"call"


def test_a_worker_without_calls_comes_back_to_see_whether_it_shall_stop(tmp_path: Path) -> None:
    assert _queue(tmp_path, SOON).dequeue() is None
