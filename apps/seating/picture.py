"""An event's seats as a picture, to look at instead of reading. Pure: a map in, an SVG out.

Whoever sees no colours tells the states by their shapes: filled, ringed or crossed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from apps.seating.seat_map import SeatMap
from apps.seating.states import SeatStatus

STEP: Final = 26.0  # pixels from a seat to the next
RADIUS: Final = 10.0
MARGIN: Final = 54.0
HEAD: Final = 96.0  # the event's name, and the stage
LINE: Final = 24.0  # of the legend
LEGEND_COLUMN: Final = 230.0
NARROWEST: Final = 2 * LEGEND_COLUMN + MARGIN
MOST_STEPS: Final = 400.0  # across; a map that is drawn wider than that is drawn denser
CATEGORY_COLOURS: Final = ("#2e7d32", "#1565c0", "#6a1b9a", "#00838f", "#ad1457", "#5d4037")
STATUS_NAMES: Final[Mapping[SeatStatus, str]] = {
    SeatStatus.AVAILABLE: "available",
    SeatStatus.HELD: "held",
    SeatStatus.BOOKED: "booked",
    SeatStatus.BLOCKED: "not for sale",
}
STYLE: Final = """
text{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;fill:#263238}
.n{font-size:8.5px;text-anchor:middle}.r{font-size:11px;fill:#607d8b}
.h{font-size:20px;font-weight:bold}.s{font-size:12px;fill:#607d8b}.l{font-size:12px}
.HELD{fill:#ffb300;stroke:#e65100;stroke-width:2;stroke-dasharray:3 2}
.BOOKED{fill:#b71c1c;stroke:#7f0000}.BLOCKED{fill:#eceff1;stroke:#90a4ae}
.t{fill:#fff}.x{stroke:#90a4ae;stroke-width:1.5}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A seat on the paper."""

    x: float
    y: float
    label: str
    section: str
    row: str
    number: int
    category: str
    price: str
    is_accessible: bool
    is_companion: bool
    status: SeatStatus


def draw_map(shown: SeatMap) -> bytes:
    """Return the picture: the stage above, seats with their states, and what the marks mean."""
    spots = list(_spots(shown))
    colours = _colours(spots)
    right = max((spot.x for spot in spots), default=0.0)
    bottom = max((spot.y for spot in spots), default=HEAD)
    width = max(right + MARGIN, NARROWEST)
    legend = list(_legend(spots, colours, shown.event.currency, bottom + 2 * STEP))
    height = bottom + 3 * STEP + LINE * max(len(SeatStatus) + 2, len(colours))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="{_text(shown.event.name)}">',
        f"<style>{STYLE}{_category_styles(colours)}</style>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        *_head(shown, width),
        *_names_of_rows(spots),
        *(_seat(spot, colours) for spot in spots),
        *legend,
        "</svg>",
    ]
    return "\n".join(parts).encode()


# -- where everything is ---------------------------------------------------------------------------


def _spots(shown: SeatMap) -> Iterator[_Spot]:
    chart = shown.chart
    if not chart["id"]:
        return
    across, away = _positions(chart)
    left, front = min(across), min(away)
    widest = max(max(across) - left, max(away) - front)
    scale = STEP / max(_closest(across, away), widest / MOST_STEPS)
    for place, status in enumerate(shown.statuses):
        yield _Spot(
            x=MARGIN + (across[place] - left) * scale,
            y=HEAD + (away[place] - front) * scale,
            status=status,
            price=str(chart["price"][place]),
            **{name: chart[name][place] for name in _SHOWN},
        )


_SHOWN: Final = ("label", "section", "row", "number", "category", "is_accessible", "is_companion")


def _positions(chart: Mapping[str, Sequence[float]]) -> tuple[Sequence[float], Sequence[float]]:
    """Return where seats are by the map; without one, rows behind each other by their numbers."""
    if len(set(zip(chart["x"], chart["y"], strict=True))) > 1 or len(chart["id"]) == 1:
        return chart["x"], chart["y"]
    rows: dict[tuple[float, float], float] = {}
    for row in zip(chart["section"], chart["row"], strict=True):
        rows.setdefault(row, float(len(rows)))
    away = [rows[row] for row in zip(chart["section"], chart["row"], strict=True)]
    return [float(number) for number in chart["number"]], away


def _closest(across: Sequence[float], away: Sequence[float]) -> float:
    """Return the least distance between neighbours in a line, across or away."""
    lines: dict[tuple[str, float], list[float]] = defaultdict(list)
    for x, y in zip(across, away, strict=True):
        lines["across", y].append(x)
        lines["away", x].append(y)
    steps = [
        after - before
        for line in map(sorted, lines.values())
        for before, after in pairwise(line)
        if after > before
    ]
    return min(steps, default=1.0)


def _colours(spots: Sequence[_Spot]) -> dict[tuple[str, str], int]:
    """Return the number of each category's colour, by category and price, dearest first."""
    kinds = sorted({(spot.category, spot.price) for spot in spots}, key=lambda k: -float(k[1]))
    return {kind: place for place, kind in enumerate(kinds)}


# -- what is drawn ---------------------------------------------------------------------------------


def _category_styles(colours: Mapping[tuple[str, str], int]) -> str:
    return "".join(
        f".c{place}{{fill:#fff;stroke:{CATEGORY_COLOURS[place % len(CATEGORY_COLOURS)]};"
        "stroke-width:2.5}"
        for place in colours.values() or (0,)
    )


def _head(shown: SeatMap, width: float) -> Iterator[str]:
    event = shown.event
    starts = f"{event.starts_at.astimezone(event.hotel.zone):%d %B %Y, %H:%M}"
    where = f"{event.venue}, {starts}" if event.venue else starts
    yield f'<text class="h" x="{MARGIN}" y="30">{_text(event.name)}</text>'
    yield f'<text class="s" x="{MARGIN}" y="48">{_text(where)}</text>'
    yield (
        f'<rect x="{MARGIN}" y="58" width="{width - 2 * MARGIN:.0f}" height="14" rx="7" '
        'fill="#cfd8dc"/>'
    )
    yield f'<text class="n" x="{width / 2:.0f}" y="68.5">STAGE</text>'


def _names_of_rows(spots: Sequence[_Spot]) -> Iterator[str]:
    firsts: dict[tuple[str, str], _Spot] = {}
    for spot in spots:
        first = firsts.setdefault((spot.section, spot.row), spot)
        if spot.x < first.x:
            firsts[spot.section, spot.row] = spot
    for spot in firsts.values():
        yield (
            f'<text class="r" x="{spot.x - RADIUS - 8:.1f}" y="{spot.y + 4:.1f}" '
            f'text-anchor="end">{_text(spot.row)}</text>'
        )


def _seat(spot: _Spot, colours: Mapping[tuple[str, str], int]) -> str:
    title = f"{spot.label}: {STATUS_NAMES[spot.status]}, {spot.category}, {spot.price}"
    kind = f"c{colours[spot.category, spot.price]}"
    drawn = _mark(spot.x, spot.y, spot.status, kind, is_square=spot.is_accessible)
    tone = " t" if spot.status == SeatStatus.BOOKED else ""
    number = (
        ""
        if spot.status == SeatStatus.BLOCKED
        else f'<text class="n{tone}" x="{spot.x:.1f}" y="{spot.y + 3:.1f}">{spot.number}</text>'
    )
    dot = _dot(spot.x, spot.y) if spot.is_companion else ""
    return f"<g><title>{_text(title)}</title>{drawn}{number}{dot}</g>"


def _mark(x: float, y: float, status: SeatStatus, kind: str, *, is_square: bool) -> str:
    style = kind if status == SeatStatus.AVAILABLE else status.value
    if is_square:
        side = 2 * RADIUS
        body = (
            f'<rect class="{style}" x="{x - RADIUS:.1f}" y="{y - RADIUS:.1f}" '
            f'width="{side:.0f}" height="{side:.0f}"/>'
        )
    else:
        body = f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:.0f}"/>'
    if status != SeatStatus.BLOCKED:
        return body
    reach = RADIUS * 0.55
    return body + "".join(
        f'<line class="x" x1="{x - reach:.1f}" y1="{y - way * reach:.1f}" '
        f'x2="{x + reach:.1f}" y2="{y + way * reach:.1f}"/>'
        for way in (1, -1)
    )


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x + RADIUS - 2:.1f}" cy="{y - RADIUS + 2:.1f}" r="3" fill="#455a64"/>'


def _legend(
    spots: Sequence[_Spot], colours: Mapping[tuple[str, str], int], currency: str, top: float
) -> Iterator[str]:
    counts = {status: sum(spot.status == status for spot in spots) for status in SeatStatus}
    lines = [
        (_mark(MARGIN, 0, status, "c0", is_square=False), f"{STATUS_NAMES[status]} ({count})")
        for status, count in counts.items()
    ]
    if any(spot.is_accessible for spot in spots):
        lines.append((_mark(MARGIN, 0, SeatStatus.AVAILABLE, "c0", is_square=True), "wheelchair"))
    if any(spot.is_companion for spot in spots):
        round_mark = _mark(MARGIN, 0, SeatStatus.AVAILABLE, "c0", is_square=False)
        lines.append((round_mark + _dot(MARGIN, 0), "companion of a wheelchair"))
    yield from _column(lines, 0.0, top)
    yield from _column(
        [
            (
                _mark(MARGIN, 0, SeatStatus.AVAILABLE, f"c{place}", is_square=False),
                f"{category}, {price} {currency}",
            )
            for (category, price), place in colours.items()
        ],
        LEGEND_COLUMN,
        top,
    )


def _column(lines: Sequence[tuple[str, str]], left: float, top: float) -> Iterator[str]:
    for place, (mark, words) in enumerate(lines):
        yield (
            f'<g transform="translate({left:.0f} {top + place * LINE:.0f})">{mark}'
            f'<text class="l" x="{MARGIN + 18:.0f}" y="4">{_text(words)}</text></g>'
        )


def _text(words: str) -> str:
    """Return words fit for XML: escaped, and without what XML can't hold."""
    return escape("".join(c if c.isprintable() else " " for c in words))
