"""How much one document may be. Every number stands far above what an app of people needs.

The cost is counted in values: what an answer may hold at most, with lists as long as they are
asked for. One value takes some 5 µs to complete, so the dearest document takes a quarter of a
second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LONGEST_TEXT: Final = 50_000  # characters; the lexer reads a megabyte of spaces in half a second
MOST_TOKENS: Final = 2_000  # a schema explorer's longest question has about 300
DEEPEST: Final = 20  # selection sets within one another; a schema explorer's question has 18
MOST_DEFINITIONS: Final = 100  # operations and fragments: an app with a fragment for each view
MOST_FIELDS: Final = 400  # fragments counted wherever they are spread; validation is quadratic
MOST_ALIASES: Final = 50  # the same field once more: the cheap way to ask for a thing many times
MOST_DIRECTIVES: Final = 50  # `@include` on each part of a screen, and then some
LARGEST_COST: Final = 50_000  # values

MOST_VARIABLE_VALUES: Final = 10_000  # list items and keys: every room of the largest hotel
DEEPEST_VARIABLE: Final = 20  # no input of the schema has more than three levels

ROOT_FIELD_COST: Final = 100  # the queries behind a field of the root
MUTATION_COST: Final = 5_000  # locks and a commit: ten commands in one request are a batch

LIST_SIZE: Final = 10  # of a list without `first`, where nothing else is known
LIST_SIZES: Final[Mapping[str, float]] = {  # such lists that are known to be longer or cheaper
    "Connection.edges": 1,  # the connection's `first` has been counted
    "SeatMap.seats": 500,  # up to 10,000, but whole rows at once: a twentieth of the work
    "SeatUpdate.seats": 20,
    "Stay.messages": 100,
    "Stay.menu": 50,
    "Stay.orders": 50,
    "CheckInFunnel.days": 90,
    "CheckOutAnalytics.days": 90,
    "BulkCheckOut.items": 100,
    "BulkCheckIn.items": 100,
}
