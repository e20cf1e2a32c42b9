"""Files that draw an event's seats: CSV or JSON in, seats out, or what is wrong in which line.

CSV: a header line, then a line for each seat, separated by commas or semicolons. JSON:
``{"seats": [{…}, …]}`` with the same names. ``row``, ``number`` and ``price`` must be there;
``label`` is ``row-number`` unless given; ``section``, ``x``, ``y``, ``category``, ``accessible``
and ``companion`` may be left out. Pure.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from apps.seating.errors import MapTooLarge, MapUnusable

MOST_BYTES: Final = 5_000_000
MOST_SEATS: Final = 20_000
MOST_COMPLAINTS: Final = 20
FARTHEST: Final = 1_000_000.0
HIGHEST_PRICE: Final = Decimal("99999999.99")
HIGHEST_NUMBER: Final = 1_000_000
COLUMNS: Final = frozenset(
    {
        *("label", "section", "row", "number", "x", "y"),
        *("category", "price", "accessible", "companion"),
    }
)
NEEDED: Final = ("row", "number", "price")
LENGTHS: Final[Mapping[str, int]] = {"label": 40, "section": 60, "row": 20, "category": 40}
TRUTHS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "1"), True),
    **dict.fromkeys(("false", "no", "0", ""), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSeat:
    """A seat as a file draws it."""

    label: str
    section: str
    row: str
    number: int
    x: float
    y: float
    category: str
    price: Decimal
    is_accessible: bool
    is_companion: bool


class _Wrong(Exception):
    """What is wrong with one seat."""


def read_map_file(content: bytes) -> list[DrawnSeat]:
    """Return the seats that a file draws. Raises MapTooLarge, MapUnusable."""
    if len(content) > MOST_BYTES:
        raise MapTooLarge(f"A seat map may have at most {MOST_BYTES:,} bytes.")
    is_json = content.lstrip()[:1] in (b"{", b"[")
    drawing = _Drawing()
    for line, row in _json_rows(content) if is_json else _csv_rows(content):
        drawing.add(line, row)
        if len(drawing.complaints) >= MOST_COMPLAINTS:
            break
    if drawing.complaints:
        raise MapUnusable(drawing.complaints)
    if not drawing.seats:
        raise MapUnusable([(1, "There are no seats in it.")])
    return drawing.seats


class _Drawing:
    """The seats so far, and what is wrong with the others."""

    def __init__(self) -> None:
        self.seats: list[DrawnSeat] = []
        self.complaints: list[tuple[int, str]] = []
        self._lines: dict[str, int] = {}
        self._rows: dict[tuple[str, str], int] = {}

    def add(self, line: int, row: Mapping[str, Any]) -> None:
        """Take a seat in, or note why not. Raises MapTooLarge."""
        try:
            seat = _seat(row, self._rows)
        except _Wrong as wrong:
            self.complaints.append((line, str(wrong)))
            return
        if seat.label in self._lines:
            there = f"{seat.label} is there already, in line {self._lines[seat.label]}."
            self.complaints.append((line, there))
            return
        if len(self.seats) >= MOST_SEATS:
            raise MapTooLarge(f"A seat map may have at most {MOST_SEATS:,} seats.")
        self._lines[seat.label] = line
        self.seats.append(seat)


def _json_rows(content: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise MapUnusable([(error.lineno, "That is not JSON.")]) from None
    seats = parsed.get("seats") if isinstance(parsed, dict) else None
    if not isinstance(seats, list):
        raise MapUnusable([(1, 'The file is an object with a list named "seats".')])
    for place, seat in enumerate(seats, start=1):
        yield place, seat if isinstance(seat, dict) else {"": "Each seat is an object."}


def _csv_rows(content: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MapUnusable([(1, "The file is not UTF-8.")]) from None
    header = text.partition("\n")[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = [name.strip().lower() for name in next(lines, [])]
        _require_known(names)
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield lines.line_num, _named(names, cells)
    except csv.Error as error:
        raise MapUnusable([(lines.line_num, f"The line can't be read: {error}.")]) from None


def _require_known(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise MapUnusable([(1, f"The header lacks {', '.join(missing)}.")])
    if unknown or len(set(names)) < len(names):
        raise MapUnusable([(1, f"The header may name {', '.join(sorted(COLUMNS))}, once each.")])


def _named(names: Sequence[str], cells: Sequence[str]) -> Mapping[str, Any]:
    if len(cells) > len(names):
        return {"": f"There are {len(cells)} cells, and {len(names)} names in the header."}
    return dict(zip(names, cells, strict=False))


# -- one seat --------------------------------------------------------------------------------------


def _seat(row: Mapping[str, Any], rows_seen: dict[tuple[str, str], int]) -> DrawnSeat:
    if "" in row:
        raise _Wrong(str(row[""]))
    unknown = sorted(set(map(str, row)) - COLUMNS)
    if unknown:
        raise _Wrong(f"Nothing is known of {unknown[0][:40]}.")
    name, section = _text(row, "row"), _text(row, "section", "Main")
    number = _number(row)
    behind = rows_seen.setdefault((section, name), len(rows_seen))
    return DrawnSeat(
        label=_text(row, "label", f"{name}-{number}"),
        section=section,
        row=name,
        number=number,
        x=_place(row, "x", float(number)),
        y=_place(row, "y", float(behind + 1)),
        category=_text(row, "category", "Standard"),
        price=_price(row),
        is_accessible=_truth(row, "accessible"),
        is_companion=_truth(row, "companion"),
    )


def _text(row: Mapping[str, Any], name: str, otherwise: str = "") -> str:
    given = row.get(name)
    text = " ".join(str(otherwise if given is None else given).split()) or otherwise
    if not text:
        raise _Wrong(f"{name} is missing.")
    if len(text) > LENGTHS[name] or not text.isprintable():
        raise _Wrong(f"{name} may have at most {LENGTHS[name]} letters, all of them visible.")
    return text


def _number(row: Mapping[str, Any]) -> int:
    text = str(row.get("number", "")).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 7 or int(text) > HIGHEST_NUMBER:
        raise _Wrong(f"number is a whole number up to {HIGHEST_NUMBER:,}.")
    return int(text)


def _place(row: Mapping[str, Any], name: str, otherwise: float) -> float:
    given = row.get(name)
    if given is None or str(given).strip() == "":
        return otherwise
    try:
        place = float(given)
    except (TypeError, ValueError):
        place = math.nan
    if not abs(place) <= FARTHEST:
        raise _Wrong(f"{name} is a number up to {FARTHEST:,.0f}.")
    return place


def _price(row: Mapping[str, Any]) -> Decimal:
    try:
        price = Decimal(str(row.get("price", "")).strip())
    except InvalidOperation:
        price = Decimal("NaN")
    if not (price.is_finite() and 0 <= price <= HIGHEST_PRICE and price == round(price, 2)):
        raise _Wrong("price is an amount such as 30.00.")
    return round(price, 2)


def _truth(row: Mapping[str, Any], name: str) -> bool:
    given = row.get(name)
    text = "" if given is None else str(given).strip().lower()
    if text not in TRUTHS:
        raise _Wrong(f"{name} is true or false.")
    return TRUTHS[text]
