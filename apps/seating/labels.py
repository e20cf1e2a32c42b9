"""What callers send for a choice of seats, made fit to ask for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.seating.errors import NoSeatsNamed, SeatNotFound, TooManySeats

LONGEST_LABEL: Final = 40


def clean_labels(labels: Sequence[str], *, most: int) -> list[str]:
    """Return the labels trimmed. Raises TooManySeats, NoSeatsNamed, SeatNotFound."""
    if len(labels) > most:
        raise TooManySeats(most)
    cleaned = [label.strip() for label in labels]
    if not cleaned or len(set(cleaned)) < len(cleaned):
        raise NoSeatsNamed
    unknown = [label for label in cleaned if not _may_exist(label)]
    if unknown:
        raise SeatNotFound([ascii(label)[1:-1] for label in unknown])
    return cleaned


def _may_exist(label: str) -> bool:
    return 0 < len(label) <= LONGEST_LABEL and label.isprintable()
