"""Look for a text in the whole database: every column of every table, and what is encrypted."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.apps import apps
from django.db import connection

from apps.common.crypto import EncryptedTextField


def places_of(*texts: str) -> list[str]:
    """Return ``table.column`` of every column in which any of ``texts`` is found.

    Case does not count for ASCII. Columns of any type are read as text; encrypted ones are
    decrypted too.
    """
    needles = [*texts, *(json.dumps(text)[1:-1] for text in texts)]
    return sorted({*_in_plain(needles), *_in_secret(needles)})


def _in_plain(needles: list[str]) -> Iterator[str]:
    quote = connection.ops.quote_name
    for table, column in _columns():
        condition = " OR ".join(
            [f"LOWER(CAST({quote(column)} AS TEXT)) LIKE LOWER(%s)"] * len(needles)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {quote(table)} WHERE {condition} LIMIT 1",  # noqa: S608  # own names
                [f"%{needle}%" for needle in needles],
            )
            if cursor.fetchone():
                yield f"{table}.{column}"


def _columns() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                yield table, column.name


def _in_secret(needles: list[str]) -> Iterator[str]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, EncryptedTextField):
                continue
            values = model._default_manager.values_list(field.name, flat=True)
            if any(
                needle.lower() in (value or "").lower() for value in values for needle in needles
            ):
                yield f"{model._meta.db_table}.{field.column}"
