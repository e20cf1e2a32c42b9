"""A real worker process that also does errands: ``python -m tests.common.worker_process``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta

import django
from django.core.management import call_command


def main() -> None:
    """Run ``run_huey``; ends by SIGTERM, or with the test that holds standard input."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    django.setup()
    # Importable only once Django is set up.
    from apps.common.jobs import JobKind, register
    from apps.common.maintenance import PeriodicDuty, register_duty
    from tests.common import errands

    register(JobKind(model=errands.Errand, work=errands.do_behind_the_gate))
    # Nobody does these unless a test gives them their rows.
    for name, do in errands.DUTIES.items():
        register_duty(PeriodicDuty(name=name, every=timedelta(milliseconds=1), do=do))
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    call_command("run_huey")


def _end_with_the_test() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
