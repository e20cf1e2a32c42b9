"""What must agree across rows and rooms of the code, beyond what constraints can say.

Each search yields what it finds with what to do about it; none of them changes anything. The
database does the comparing, so a million rows cost time and no memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from backend.consistency import houses, partners, seats, telling
from backend.consistency.finding import Finding

__all__ = ["Finding", "find_inconsistencies"]


def find_inconsistencies() -> Iterator[Finding]:
    """Yield everything that does not agree."""
    for room in (houses, seats, partners, telling):
        for search in room.SEARCHES:
            yield from search()
