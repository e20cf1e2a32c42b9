"""A real worker process that also does errands: ``python -m tests.common.worker_process``."""

from __future__ import annotations

import os
import signal
import sys
import threading

import django
from django.core.management import call_command


def main() -> None:
    """Run ``run_huey``; ends by SIGTERM, or with the test that holds standard input."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    django.setup()
    # Importable only once Django is set up.
    from apps.common.jobs import JobKind, register
    from tests.common.errands import Errand, do_behind_the_gate

    register(JobKind(model=Errand, work=do_behind_the_gate))
    threading.Thread(target=_end_with_the_test, daemon=True).start()
    call_command("run_huey")


def _end_with_the_test() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
