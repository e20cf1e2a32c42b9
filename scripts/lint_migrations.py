"""Refuse migrations that processes of the release before would feel while they still run.

Usage: python -m scripts.lint_migrations, as part of the gate.

Judged are the migrations that are newer than those named in ``migrations.toml``: their SQL for
PostgreSQL, which Django words with an empty server of its own to ask, is read by squawk. Source of
the rules: https://squawkhq.com/docs/rules. Ends with 1 when one is broken.
"""

import io
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, RunPython, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader

from tests.services import PostgresServer

ROOT: Final = Path(__file__).resolve().parent.parent
SQUAWK: Final = str(Path(sys.executable).parent / "squawk")
EXCEPTIONS: Final = ROOT / "scripts" / "migrations.toml"
OLDEST_POSTGRESQL: Final = "14.0"
MIXED: Final = "data-beside-schema"
# Of no concern here: the types are Django's choice, and `manage.py migrate` sets the time-outs.
LEFT_OUT: Final = (
    *("prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity"),
    *("prefer-text-field", "prefer-timestamp-tz", "prefer-robust-stmts", "ban-char-field"),
    *("require-lock-timeout", "require-statement-timeout", "require-timeout-settings"),
)
ADVICE: Final = {
    "adding-required-field": "give the field a db_default, or let it be null",
    "ban-drop-default": "processes of the release before leave the column out: give the field a"
    " db_default instead of a default, or let it be null",
    "adding-not-nullable-field": "add a check with AddCheckOnline, ValidateCheck it in the next"
    " migration, then alter the field",
    "ban-drop-column": "take it out of the model first (SeparateDatabaseAndState) and drop it a"
    " release later, permitted by name",
    "ban-drop-table": "drop it a release after its last reader, permitted by name",
    "ban-drop-constraint": "permitted by name, where processes of the release before can bear it",
    "renaming-column": "add the new one, fill it, read it; drop the old one a release later",
    "renaming-table": "keep its name with Meta.db_table",
    "changing-column-type": "add a column of the new type; drop the old one a release later",
    "require-concurrent-index-creation": "use AddIndexOnline, with atomic = False",
    "require-concurrent-index-deletion": "use RemoveIndexOnline, with atomic = False",
    "constraint-missing-not-valid": "use AddCheckOnline, and ValidateCheck in the next migration",
    "adding-foreign-key-constraint": "permitted by name where the column is new and null (nothing"
    " is read then), or where both tables stay small",
    "disallowed-unique-constraint": "permitted by name where the table stays small; else CREATE"
    " UNIQUE INDEX CONCURRENTLY by hand first, and add it to the state alone",
    MIXED: "fill rows in a migration of its own, in portions: its locks last as long as it does",
}

Exceptions = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that a migration breaks."""

    migration: str
    rule: str
    text: str


def main() -> int:
    """Judge what is new; print what is wrong and return an exit code."""
    exceptions: Exceptions = tomllib.loads(EXCEPTIONS.read_text())
    with closing(PostgresServer().start()) as server:
        _set_up(server.url)
        migrations = _new_migrations(exceptions["before_the_rules"])
        breaches = [breach for migration in migrations for breach in _breaches(migration)]
        connection.close()
    return _report(len(migrations), breaches, exceptions.get("permitted", []))


def _set_up(database_url: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    os.environ |= {"DATABASE_URL": database_url, "DEBUG": "true"}  # nothing is served
    django.setup()


def _new_migrations(baseline: dict[str, str]) -> list[Migration]:
    """Return the project's own migrations after ``baseline``; names are in their order."""
    own = {config.label for config in apps.get_app_configs() if _is_own(config.path)}
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [
        migration
        for (app, name), migration in sorted(known.items())
        if app in own and name > baseline.get(app, "")
    ]


def _is_own(path: str) -> bool:
    return "site-packages" not in Path(path).parts


def _breaches(migration: Migration) -> Iterator[Breach]:
    name = f"{migration.app_label}.{migration.name}"
    if _is_mixed(migration):
        yield Breach(migration=name, rule=MIXED, text="It changes rows and tables in one go.")
    sql = io.StringIO()
    call_command("sqlmigrate", migration.app_label, migration.name, stdout=sql, no_color=True)
    for found in _squawk(sql.getvalue()):
        yield Breach(migration=name, rule=found["rule_name"], text=found["message"])


def _is_mixed(migration: Migration) -> bool:
    changes = [
        operation
        for operation in migration.operations
        if not isinstance(operation, SeparateDatabaseAndState) or operation.database_operations
    ]
    fills = [operation for operation in changes if isinstance(operation, RunPython)]
    return bool(fills) and len(fills) < len(changes)


def _squawk(sql: str) -> list[dict[str, Any]]:
    command = [SQUAWK, "--reporter", "json", "--pg-version", OLDEST_POSTGRESQL]
    command += ["--stdin-filepath", "migration.sql", "--exclude", ",".join(LEFT_OUT)]
    done = subprocess.run(
        command, input=sql, capture_output=True, text=True, check=False, cwd=ROOT / "scripts"
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"squawk said:\n{done.stdout}{done.stderr}") from None
    return found


def _report(count: int, breaches: list[Breach], permitted: list[dict[str, Any]]) -> int:
    allowed = {(entry["migration"], rule) for entry in permitted for rule in entry["rules"]}
    broken = {(breach.migration, breach.rule) for breach in breaches}
    for breach in breaches:
        if (breach.migration, breach.rule) not in allowed:
            print(f"{breach.migration}: {breach.rule}: {breach.text}")
            print(f"    {ADVICE.get(breach.rule, 'see https://squawkhq.com/docs/rules')}")
    for migration, rule in sorted(allowed - broken):
        print(f"{migration}: {rule} is permitted in {EXCEPTIONS.name}, and not needed.")
    print(f"{count} new migrations read.")
    return 1 if allowed != broken else 0


if __name__ == "__main__":
    sys.exit(main())
