"""Writing what older keys encrypted or digested anew under the first key, beside live writers.

Every encrypted column is found by itself; rooms register what else hangs on the keys. Nothing is
remembered between runs: what lies under the first key already is known by trying, so a run that was
cut off is simply begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import ExpressionWrapper, F, Model, QuerySet, Value

from apps.common.crypto import EncryptedTextField, UndecryptableValue, is_current, reencrypt

BATCH: Final = 500
Rows = QuerySet[Any]


class Outcome(Enum):
    """What a run found at one value, and did with it."""

    CURRENT = auto()  # under the first key already
    WRITTEN = auto()  # under the first key now
    OLD = auto()  # under another one: nothing was to be written, or a writer came in between
    UNREADABLE = auto()  # under none of the keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeying:
    """Values of one kind. ``walk`` goes through all of them and writes where it is told to.

    It writes each by itself and only over what it read, so it holds no lock that others wait for.
    """

    name: str
    walk: Callable[[bool], Iterator[Outcome]]


_registered: dict[str, Rekeying] = {}


def register_rekeying(rekeying: Rekeying) -> None:
    """Make values known that are no encrypted column. Registering a name again replaces it."""
    _registered[rekeying.name] = rekeying


def all_rekeyings() -> list[Rekeying]:
    """Return every kind of values that hangs on the keys, by name."""
    columns = [
        Rekeying(
            name=f"{model._meta.label_lower}.{column.name}",
            walk=partial(walk_column, model, column.name),
        )
        for model in apps.get_models()
        for column in model._meta.local_concrete_fields
        if isinstance(column, EncryptedTextField)
    ]
    return sorted([*columns, *_registered.values()], key=lambda one: one.name)


def walk_column(model: type[Model], column: str, writes: bool) -> Iterator[Outcome]:
    """Go through an encrypted column. What is empty is not encrypted, and passed over."""
    rows = model._default_manager.annotate(stored=stored_text(column))
    rows = rows.exclude(stored=None).exclude(stored="")
    for key, ciphertext in in_batches(rows, "stored"):
        yield _renewed(rows, key, column, ciphertext, writes=writes)


def stored_text(column: str) -> ExpressionWrapper[Any]:
    """Return a column as it lies there: the field decrypts what is read and encrypts the rest."""
    return ExpressionWrapper(F(column), output_field=models.TextField())


def in_batches(rows: Rows, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Return keys and columns of all rows, in the order of their keys, some at a time."""
    ordered = rows.order_by("pk").values_list("pk", *columns)
    batch = list(ordered[:BATCH])
    while batch:
        yield from batch
        batch = list(ordered.filter(pk__gt=batch[-1][0])[:BATCH])


def _renewed(rows: Rows, key: Any, column: str, ciphertext: str, *, writes: bool) -> Outcome:
    if is_current(ciphertext):
        return Outcome.CURRENT
    try:
        renewed = reencrypt(ciphertext)
    except UndecryptableValue:
        return Outcome.UNREADABLE
    if not writes:
        return Outcome.OLD
    ready = Value(renewed, output_field=models.TextField())
    changed = rows.filter(pk=key, stored=ciphertext).update(**{column: ready})
    return Outcome.WRITTEN if changed else Outcome.OLD
