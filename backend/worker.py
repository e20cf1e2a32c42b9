"""The worker: Huey's consumer for the bell, and the sweeper for what was not heard.

It runs inside the server process in embedded mode, and as ``manage.py run_huey`` in production.
"""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings
from huey.consumer import Consumer
from huey.contrib.djhuey import HUEY

from apps.common import tasks
from apps.common.jobs import here
from apps.common.jobs.presence import Presence
from apps.common.jobs.sweeper import Sweeper


class _QuietConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """A consumer that leaves signals to the process it lives in."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    """Starts and stops both; safe to stop twice, from any thread, started or not."""

    def __init__(self) -> None:
        assert tasks.ring is not None  # noqa: S101  # registered with Huey before it starts
        options: dict[str, Any] = settings.HUEY["consumer"]
        self._consumer = _QuietConsumer(HUEY, **options)
        self._sweeper = Sweeper()
        self._presence = Presence(meanwhile=self.keep_healthy)
        self._turn = threading.Lock()
        self._is_consuming = False

    def start(self) -> None:
        """Begin to work."""
        with self._turn:
            self._consumer.start()
            self._is_consuming = True
            self._sweeper.start()
            self._presence.start()

    def keep_healthy(self) -> None:
        """Restart worker threads that died, unless the worker is being stopped."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            if self._is_consuming:
                self._consumer.check_worker_health()
        finally:
            self._turn.release()

    def stop(self) -> None:
        """Finish what is in hand, then stop. What is not finished is found again by its row.

        Returns when the work has ended, whoever asked first.
        """
        with self._turn, here.ending():
            if self._is_consuming:
                self._consumer.stop(graceful=True)
                self._is_consuming = False
            self._sweeper.stop()
            self._presence.stop()
