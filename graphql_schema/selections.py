"""What an operation asks for, where reading it all would cost for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection


def names_asked_for(info: strawberry.Info[Any, None], *, below: str = "") -> frozenset[str]:
    """Return the schema's names of the fields asked for right below the present one, or right
    ``below`` a field of it.

    Fragments count as if written out, whatever type they are on, and so do fields that a
    directive leaves out: it may be more than is answered, and is never less.
    """
    fields = [inner for field in info.selected_fields for inner in _fields_of(field.selections)]
    if below:
        outer = [field for field in fields if field.name == below]
        fields = [inner for field in outer for inner in _fields_of(field.selections)]
    return frozenset(field.name for field in fields)


def _fields_of(selections: Iterable[Selection]) -> Iterator[SelectedField]:
    for selection in selections:
        if isinstance(selection, SelectedField):
            yield selection
        else:
            yield from _fields_of(selection.selections)
