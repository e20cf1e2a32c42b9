"""Rows on their way into PostgreSQL by COPY: some hundred thousand a second instead of thousands.

COPY knows nothing of models, so a sheet does what they would: it gives keys, and to columns that
nobody speaks of their defaults. A column that a migration adds comes along by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import connection, models
from django.db.models import Max
from django.utils import timezone
from psycopg import sql

from apps.common.crypto import EncryptedTextField, encrypt

PINS: Final = 10_000

# The same few digits come again and again, and nobody is protected by their being encrypted anew.
_encrypted = lru_cache(maxsize=2 * PINS)(encrypt)


class Sheet:
    """Rows of one table, in memory until they are copied."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        key = model._meta.pk
        assert key is not None  # noqa: S101  # every model has one
        self._table = model._meta.db_table
        self._key = key.attname
        self._defaults = {field.attname: _default(field) for field in fields}
        self._written = {field.attname: _WAYS[type(field)] for field in fields if _is_odd(field)}
        self._has_numbers = isinstance(key, models.AutoField | models.BigAutoField)
        self._last = self._last_key(model) if self._has_numbers else 0
        self._rows: list[tuple[Any, ...]] = []
        self.copied = 0

    def _last_key(self, model: type[models.Model]) -> int:
        return model._default_manager.aggregate(last=Max("pk"))["last"] or 0

    def add(self, **values: Any) -> Any:
        """Add a row by its columns, keys of others as ``…_id``; return its own key.

        Raises TypeError for columns that the table has not.
        """
        row = {**self._defaults, **values}
        if len(row) != len(self._defaults):
            raise TypeError(f"{self._table} has no {values.keys() - self._defaults.keys()}")
        if self._key not in values:
            row[self._key] = self._new_key()
        for name, write in self._written.items():
            row[name] = write(row[name])
        self._rows.append(tuple(row.values()))
        return row[self._key]

    def _new_key(self) -> int | UUID:
        return self.next_number() if self._has_numbers else uuid4()

    def next_number(self) -> int:
        """Return the key of a row that is added later, for those that point to it."""
        self._last += 1
        return self._last

    def copy(self) -> None:
        """Hand the rows over, and let the table's own numbering go on behind them. The caller
        holds a transaction."""
        columns = [sql.Identifier(name) for name in self._defaults]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self._table), sql.SQL(", ").join(columns)
        )
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copying:
                for row in self._rows:
                    copying.write_row(row)
            if self._has_numbers and self._rows:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [self._table, self._key, self._last],
                )
        self.copied += len(self._rows)
        self._rows.clear()


class Sheets:
    """One sheet for each model that rows are added of."""

    def __init__(self) -> None:
        self._sheets: dict[type[models.Model], Sheet] = {}

    def __getitem__(self, model: type[models.Model]) -> Sheet:
        if model not in self._sheets:
            self._sheets[model] = Sheet(model)
        return self._sheets[model]

    def copy(self) -> None:
        """Hand all rows over. Foreign keys are looked at when the caller's transaction ends."""
        for sheet in self._sheets.values():
            sheet.copy()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows were copied, by table."""
        return {model._meta.label: sheet.copied for model, sheet in self._sheets.items()}


def _is_odd(field: models.Field[Any, Any]) -> bool:
    return type(field) in _WAYS


def _default(field: models.Field[Any, Any]) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return None if field.primary_key else field.get_default()


_WAYS: Final[Mapping[type[models.Field[Any, Any]], Callable[[Any], Any]]] = {
    models.JSONField: json.dumps,
    EncryptedTextField: lambda text: _encrypted(text) if text else text,
}
