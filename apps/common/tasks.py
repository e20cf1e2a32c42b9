"""The bell: one Huey task that wakes a worker for one row."""

from __future__ import annotations

from huey.contrib.djhuey import db_task

from apps.common.jobs.runner import run_job


@db_task()
def ring(name: str, pk: str, ids: dict[str, str] | None = None) -> None:
    """Work on the row ``pk`` of the job kind ``name``. Carries ids, never secrets.

    ``ids``: of whoever asked, for the log; a release before rings without.
    """
    run_job(name, pk, ids)
