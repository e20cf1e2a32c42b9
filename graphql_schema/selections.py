"""What an operation asks for, where reading it all would cost for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection


def names_asked_for(info: strawberry.Info[Any, None]) -> frozenset[str]:
    """Return the schema's names of the fields asked for right below the present one.

    Fragments count as if written out, whatever type they are on, and so do fields that a
    directive leaves out: it may be more than is answered, and is never less.
    """
    return frozenset(name for field in info.selected_fields for name in _names_of(field.selections))


def _names_of(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        if isinstance(selection, SelectedField):
            yield selection.name
        else:
            yield from _names_of(selection.selections)
