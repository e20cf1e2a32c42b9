"""Migrations that running processes would feel are refused; a busy table is asked for gently."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg
import pytest

from tests.backend.conftest import bare
from tests.common.errands import wait_until
from tests.common.processes import PATIENCE, child, run
from tests.gate.planted import plant
from tests.services import PostgresServer

__all__ = ["bare"]

pytestmark = pytest.mark.once("postgres")

# name: (operations, the rules that speak against them)
BAD: Final = {
    "0002_needed_at_once": (
        'migrations.AddField("Thing", "colour", models.CharField(max_length=9, default="red")),',
        {"ban-drop-default"},
    ),
    "0003_index_locks": (
        'migrations.AddIndex("Thing", models.Index(fields=["name"], name="planted_name")),',
        {"require-concurrent-index-creation"},
    ),
    "0004_index_goes": (
        'migrations.RemoveIndex("Thing", "planted_size"),',
        {"require-concurrent-index-deletion"},
    ),
    "0005_reads_the_table": (
        'migrations.AddConstraint("Thing", models.CheckConstraint('
        'condition=models.Q(size__gt=0), name="planted_above_0")),',
        {"constraint-missing-not-valid"},
    ),
    "0006_not_null": (
        'migrations.AlterField("Thing", "size", models.IntegerField(db_default=1)),',
        {"adding-not-nullable-field"},
    ),
    "0007_other_type": (
        'migrations.AlterField("Thing", "size", models.CharField(max_length=9, db_default="1")),',
        {"changing-column-type"},
    ),
    "0008_other_name": (
        'migrations.RenameField("Thing", "name", "title"),',
        {"renaming-column"},
    ),
    "0009_gone": ('migrations.RemoveField("Thing", "title"),', {"ban-drop-column"}),
    "0010_fills": (
        'migrations.AddField("Thing", "note", models.CharField(max_length=9, null=True)),'
        "migrations.RunPython(migrations.RunPython.noop),",
        {"data-beside-schema"},
    ),
    "0011_all_gone": ('migrations.DeleteModel("Thing"),', {"ban-drop-table"}),
}
GOOD: Final = {
    "0002_added": """
        migrations.AddField("Thing", "note", models.CharField(max_length=9, null=True)),
        migrations.AddField("Thing", "colour", models.CharField(max_length=9, db_default="red")),
        AddCheckOnline("Thing", models.CheckConstraint(
            condition=models.Q(size__gt=0), name="planted_above_0")),
    """,
    "0003_index": """
        AddIndexOnline("Thing", models.Index(fields=["name"], name="planted_name")),
        RemoveIndexOnline("Thing", "planted_size"),
    """,
    "0004_checked": 'ValidateCheck("Thing", "planted_above_0"),',
    "0005_filled": "migrations.RunPython(migrations.RunPython.noop),",
    "0006_forgotten": """
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("Thing", "note")]),
    """,
    "0007_another_table": """
        migrations.CreateModel("Other", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20, unique=True)),
            ("thing", models.ForeignKey("Thing", models.CASCADE)),
        ]),
    """,
}
OUTSIDE_A_TRANSACTION: Final = frozenset({"0003_index"})
LINTER: Final = ("-m", "scripts.lint_migrations")


@pytest.fixture
def planted(bare: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of processes that know the good app, too."""
    return {**bare, "DEBUG": "true"} | plant(tmp_path, GOOD, not_atomic=OUTSIDE_A_TRANSACTION)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """An empty PostgreSQL."""
    with closing(PostgresServer().start()) as running:
        yield running


def test_each_migration_that_processes_would_feel_is_refused_by_name_and_rule(
    bare: dict[str, str], tmp_path: Path
) -> None:
    later = {name: operations for name, (operations, _rules) in BAD.items()}

    done = run(*LINTER, environ=bare | plant(tmp_path, later, not_atomic=frozenset()))

    found: dict[str, set[str]] = {}
    for name, rule in re.findall(r"^planted\.(\w+): ([\w-]+):", done.stdout, re.MULTILINE):
        found.setdefault(name, set()).add(rule)
    assert done.returncode == 1, done.stdout + done.stderr
    assert {name: rules - found.get(name, set()) for name, (_, rules) in BAD.items()} == {
        name: set() for name in BAD
    }


def test_the_ways_that_nobody_feels_pass(planted: dict[str, str]) -> None:
    done = run(*LINTER, environ=planted)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_migration_gives_way_to_who_holds_the_table_and_tries_again(
    planted: dict[str, str], server: PostgresServer, tmp_path: Path
) -> None:
    environ = planted | {"DATABASE_URL": server.url}
    arguments = ("manage.py", "migrate", "planted", "--lock-seconds", "0.1")
    said = tmp_path / "said"
    begun = run("manage.py", "migrate", "planted", "0001", environ=environ)
    assert begun.returncode == 0, begun.stderr

    with psycopg.connect(server.url, autocommit=True) as somebody:
        # What a try left behind that was cut off: an index of that name.
        somebody.execute("CREATE INDEX planted_name ON planted_thing (size)")
        with psycopg.connect(server.url) as reader:
            reader.execute("LOCK TABLE planted_thing IN ACCESS SHARE MODE")
            refused = run(*arguments, "--tries", "1", environ=environ)
            left = set(_columns(somebody))
            with child(*arguments, environ=environ, log=said) as migrating:
                wait_until(lambda: "lock_not_available" in said.read_text())
                reader.rollback()
                assert migrating.wait(PATIENCE) == 0, said.read_text()
        index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'planted_name'"
        (definition,) = somebody.execute(index).fetchone() or ("",)
        assert {"note", "colour"} & left == set()
        assert "colour" in _columns(somebody)

    assert refused.returncode == 1
    assert "Others hold a table" in refused.stderr
    assert "(name)" in definition


def _columns(somebody: psycopg.Connection) -> list[str]:
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = 'planted_thing'"
    return [name for (name,) in somebody.execute(asked)]


def test_the_same_migrations_run_on_sqlite(planted: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "planted.sqlite3"

    done = run(
        "manage.py", "migrate", "planted", environ=planted | {"DATABASE_URL": f"sqlite:///{file}"}
    )

    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(file)) as database:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert {"planted_name", "planted_other"} <= names
    assert "planted_size" not in names
