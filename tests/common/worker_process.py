"""A worker process for errands, as bare as can be: ``python -m tests.common.worker_process``."""

from __future__ import annotations

import sys

import django
from django.conf import settings


def main() -> None:
    """Work until standard input ends, with the test or by its will."""
    django.setup()
    assert settings.configured
    # Importable only once Django is set up.
    from apps.common.jobs import JobKind, register
    from backend.worker import Worker
    from tests.common.errands import Errand, do_behind_the_gate

    register(JobKind(model=Errand, work=do_behind_the_gate))
    worker = Worker()
    worker.start()
    sys.stdin.read()
    worker.stop()


if __name__ == "__main__":
    main()
