"""Workers say that they are there, so that somebody notices when nobody is."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from django.db import close_old_connections, connections
from django.utils import timezone

from apps.common.jobs import here
from apps.common.models import WorkerPresence

log = structlog.get_logger(__name__)

BEAT_SECONDS: Final = 5.0
THERE_FOR: Final = timedelta(seconds=20)  # after its last beat, a worker still counts as there
FORGOTTEN_AFTER: Final = timedelta(days=1)


class Presence:
    """Keeps the row of one worker fresh until stopped; ``meanwhile`` is done at every beat."""

    def __init__(
        self, *, interval: float = BEAT_SECONDS, meanwhile: Callable[[], None] | None = None
    ) -> None:
        machine = socket.gethostname()[:80]
        self.name = f"{machine}:{os.getpid()}:{secrets.token_hex(4)}"
        self._interval = interval
        self._meanwhile = meanwhile
        self._started_at = timezone.now()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="presence", daemon=True)

    def start(self) -> None:
        """Begin to say so."""
        here.take_name(self.name)
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye. Safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._try(self.beat)
            if self._meanwhile is not None:
                self._try(self._meanwhile)
            self._stopping.wait(self._interval)
        self._try(self._leave)
        connections.close_all()

    def beat(self) -> None:
        """Say it once, and forget workers that have been gone for long."""
        now = timezone.now()
        WorkerPresence.objects.update_or_create(
            name=self.name, defaults={"seen_at": now, "started_at": self._started_at}
        )
        WorkerPresence.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()

    def _leave(self) -> None:
        WorkerPresence.objects.filter(name=self.name).delete()

    def _try(self, say: Callable[[], None]) -> None:
        """What fails, such as while the database is away, is tried again at the next beat."""
        try:
            say()
        except Exception as error:
            log.warning("presence.beat_failed", error=type(error).__name__)
        finally:
            close_old_connections()


def count_workers() -> int:
    """Return how many workers are there now."""
    return WorkerPresence.objects.filter(seen_at__gte=timezone.now() - THERE_FOR).count()
