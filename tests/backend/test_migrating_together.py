"""``dev`` and ``seed_demo`` may be started together, on an empty database."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.management.commands.migrate import turn_at
from tests.background import at_once
from tests.common.processes import run


@pytest.mark.once("embedded")
def test_processes_that_migrate_an_empty_file_together_both_succeed(tmp_path: Path) -> None:
    environ = {
        "PATH": "/usr/bin:/bin",
        "DEBUG": "true",
        "DOORSTEP_VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/both.sqlite3",
    }

    def migrate() -> object:
        return run("manage.py", "migrate", "--verbosity", "0", environ=environ)

    for ended in at_once(migrate, migrate, timeout=180):
        assert getattr(ended, "returncode", ended) == 0, getattr(ended, "stderr", ended)


def test_a_database_in_memory_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with turn_at("file:memorydb?mode=memory&cache=shared"):
        assert list(tmp_path.iterdir()) == []
