"""Reading of rows: where Django's own words cost more than is needed, and when nobody answers."""

from __future__ import annotations

from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# The database is away or cut the line: nothing is wrong with the question, it may be asked again.
DATABASE_AWAY: Final = (InterfaceError, OperationalError)


def the_one(rows: QuerySet[M]) -> M | None:
    """Return the one row that there may be: like ``first``, without an order to work out.

    An order is compared with every selected column, which costs more than the rest of a lookup.
    """
    return next(iter(rows.order_by()[:1]), None)
