"""A worker process."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from prometheus_client import start_http_server

from backend.worker import Worker


class Command(BaseCommand):
    """Replaces Huey's own command: the sweeper belongs to every worker."""

    help = "Run a worker until SIGTERM or Ctrl-C; work in hand is finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--metrics-port",
            type=int,
            help="Answer Prometheus here: this process's counts, to whoever can reach the port.",
        )

    def handle(self, *_args: Any, metrics_port: int | None = None, **_options: Any) -> None:
        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if metrics_port is not None:
            start_http_server(metrics_port)
        worker = Worker()
        worker.start()
        stopping.wait()
        worker.stop()
