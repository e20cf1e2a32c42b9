"""Schema changes that hold up nobody who reads or writes meanwhile, on both databases.

Django's operations for this are PostgreSQL's alone. SQLite is written by one process at a time, so
there the plain operation is as good. A migration with an index of these says ``atomic = False``
and holds nothing else.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddIndex, RemoveIndex

# Such a statement waits for old transactions, and nobody waits for it.
PATIENCE: Final = "SET lock_timeout = 0"
IMPATIENCE: Final = "RESET lock_timeout"


def _is_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


class AddIndexOnline(AddIndexConcurrently):
    """An index on a table that has rows. What an interrupted try left behind is built anew."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Build it while others write."""
        if not _is_postgresql(schema_editor):
            AddIndex.database_forwards(self, app_label, schema_editor, *states)
            return
        self._ensure_not_in_transaction(schema_editor)
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(PATIENCE)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        super().database_forwards(app_label, schema_editor, *states)
        schema_editor.execute(IMPATIENCE)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Take it away while others write."""
        if _is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexOnline(RemoveIndexConcurrently):
    """Takes away an index that no query uses any more."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Take it away while others write."""
        if _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
        else:
            RemoveIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Build it anew while others write."""
        if _is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)
        else:
            RemoveIndex.database_backwards(self, app_label, schema_editor, *states)


class AddCheckOnline(AddConstraintNotValid):
    """A check that binds new rows at once; ``ValidateCheck``, a migration later, binds the old."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Add it without reading the table."""
        if _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
        else:
            AddConstraint.database_forwards(self, app_label, schema_editor, *states)


class ValidateCheck(ValidateConstraint):
    """Read the table through while others write; SQLite did so when the check was added."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Raises IntegrityError where a row breaks the check."""
        if _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
