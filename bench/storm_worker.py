"""A worker as ``manage.py run_huey`` runs it, which leaves a mark once it is at work.

``python -m bench.storm_worker MARK``: whoever kills workers can then let each of them live first.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import django


def main() -> None:
    """Work until SIGTERM."""
    django.setup()
    # Importable only once Django is set up.
    from backend.worker import Worker

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    worker = Worker()
    worker.start()
    Path(sys.argv[1]).touch()
    stopping.wait()
    worker.stop()


if __name__ == "__main__":
    main()
