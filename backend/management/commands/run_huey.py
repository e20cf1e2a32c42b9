"""A worker process."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand

from backend.worker import Worker

HEALTH_SECONDS: Final = 10.0


class Command(BaseCommand):
    """Replaces Huey's own command: the sweeper belongs to every worker."""

    help = "Run a worker until SIGTERM or Ctrl-C; work in hand is finished first."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        worker = Worker()
        worker.start()
        while not stopping.wait(HEALTH_SECONDS):
            worker.keep_healthy()
        worker.stop()
