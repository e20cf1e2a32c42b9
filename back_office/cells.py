"""How values read in pages and in files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format

NOTHING: Final = "–"
# What spreadsheets take for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def moment(value: datetime | None) -> str:
    """Return an instant in the time of the page."""
    if value is None:
        return NOTHING
    return date_format(timezone.localtime(value), "DATETIME_FORMAT")


def csv_cell(value: Any, zone: ZoneInfo) -> Any:
    """Return what a file holds for ``value``; no text can be taken for a formula.

    Instants carry the hotel's offset.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return value


def colours(
    *,
    good: Iterable[str] = (),
    busy: Iterable[str] = (),
    bad: Iterable[str] = (),
    plain: Iterable[str] = (),
) -> dict[str, str]:
    """Return how the labels of states look; all states have to be named."""
    looks = {"success": good, "warning": busy, "danger": bad, "info": plain}
    return {state: look for look, states in looks.items() for state in states}
