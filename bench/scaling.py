"""What so many hotels ask for, counted from the saved figures: the tables of docs/scaling.md.

``python -m bench.scaling`` writes them anew between their marks; ``--save`` of a bench does it too.
What a hotel does in its busiest hour is said here and nowhere else; what each thing costs comes
from ``RESULTS.md``. A figure that no kept run has is a dash, and so is what would be counted from
it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.common.processes import ROOT
from bench.common.results import RESULTS
from bench.common.summary import figure_values

PAGE: Final = ROOT / "docs" / "scaling.md"
SIZES: Final = (10, 1_000, 100_000)
FULL: Final = 0.6  # of a core: beyond it two servers let the slowest of twenty wait too long
HOUR: Final = 3_600.0
UNITS: Final = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
UNKNOWN: Final = "–"

# A hotel, and its busiest hour; all hotels are taken to have theirs at once.
ROOMS: Final = 40
MEASURED_ROOMS: Final = 200  # of the board whose cost is measured
ARRIVALS: Final = 20  # a day; as many leave
CHECK_INS: Final = 5  # in the hour
CHECK_OUTS: Final = 8  # in the hour
UPSERTS: Final = 30  # from the property management system, in the hour
POLLS: Final = 60  # of the event log by a partner, in the hour
BOARDS: Final = 60  # whole boards read, in the hour: three desks that open or reload
EVENTS: Final = 300  # in the log, a day
NEWS: Final = 45  # of these in the hour
ENDPOINTS: Final = 1  # webhooks that hear of each
SOCKETS: Final = 13  # three boards, and the apps of a quarter of the guests
EVENING_OF: Final = 1_000  # hotels, of which one is selling the seats of an evening just now
SALES: Final = 600  # in that hour
EVENT_BYTES: Final = 350  # in the log with its three indexes
KEPT_DAYS: Final = 90
SOCKETS_OF_A_PROCESS: Final = 5_000

HOTEL: Final[Sequence[tuple[str, int]]] = (
    ("rooms, and locks beside the front door", ROOMS),
    ("arrivals a day, and as many departures", ARRIVALS),
    ("check-ins in the busiest hour", CHECK_INS),
    ("check-outs in the busiest hour", CHECK_OUTS),
    ("changes from the property management system in the hour", UPSERTS),
    ("looks of a partner at the event log in the hour", POLLS),
    ("whole boards read in the hour", BOARDS),
    ("events a day in its log", EVENTS),
    ("events in the busiest hour", NEWS),
    ("webhook endpoints that hear of each", ENDPOINTS),
    ("sockets: boards, and the apps of a quarter of the guests", SOCKETS),
    ("hotels of which one is selling the seats of an evening", EVENING_OF),
    ("seats that it sells in that hour", SALES),
)

CHECK_IN: Final = "16 at a time, quick locks"
COSTS: Final[Mapping[str, tuple[str, str]]] = {
    "check-in, web": ("checkin_load", f"of it web, {CHECK_IN}"),
    "check-in, worker": ("checkin_load", f"of it worker, {CHECK_IN}"),
    "check-in, PostgreSQL": ("checkin_load", f"of it PostgreSQL, {CHECK_IN}"),
    "check-in, Valkey": ("checkin_load", f"of it Valkey, {CHECK_IN}"),
    "sale of a seat, web": ("seats", "of it web"),
    "sale of a seat, worker": ("seats", "of it worker"),
    "sale of a seat, PostgreSQL": ("seats", "of it PostgreSQL"),
    "check-out": ("growth", "check-out, codes off the locks: all"),
    "check-out, PostgreSQL": ("growth", "check-out, codes off the locks: PostgreSQL"),
    "reservation": ("growth", "partner's reservation, made by PUT: all"),
    "reservation, PostgreSQL": ("growth", "partner's reservation, made by PUT: PostgreSQL"),
    "poll of the log": ("growth", "event log, the end: all"),
    "poll of the log, PostgreSQL": ("growth", "event log, the end: PostgreSQL"),
    "board": ("growth", "board of 200 rooms: all"),
    "board, PostgreSQL": ("growth", "board of 200 rooms: PostgreSQL"),
    "idle second of a web and a worker": ("growth", "an idle second of web and worker: all"),
    "idle second, PostgreSQL": ("growth", "an idle second of web and worker: PostgreSQL"),
    "webhook": ("webhooks", "a delivery, of all together"),
    "delivery to a socket": ("live_fanout", "processor time for each delivery"),
    "held socket": ("live_fanout", "memory of a held socket"),
    "event appended, PostgreSQL": ("carrying", "append to the log, PostgreSQL"),
    "event forgotten": ("carrying", "forget an event"),
    "ring to 16 processes, Valkey": ("carrying", "PUBLISH, 16 listeners"),
    "commits to one hotel's log": ("carrying", "commits by 8 writers to one hotel's log"),
}


class Unknown(KeyError):
    """No kept run has this figure."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The kept figures, in seconds where they are times."""

    values: Mapping[tuple[str, str], str]

    def text(self, name: str) -> str:
        """Return a figure as it stands in ``RESULTS.md``."""
        return self.values.get(COSTS[name], UNKNOWN)

    def __call__(self, name: str) -> float:
        """Return a figure. Raises Unknown."""
        found = re.fullmatch(r"([\d,.]+)\s*(.*)", self.text(name))
        if found is None:
            raise Unknown(name)
        return float(found[1].replace(",", "")) * UNITS.get(found[2], 1.0)


def evenings(hotels: int) -> float:
    """Return how many hotels are selling seats."""
    return max(1.0, hotels / EVENING_OF)


def web_cores(cost: Figures, hotels: int) -> float:
    """Cores that web processes need in the busiest hour, before any is left free."""
    of_hotel = (
        CHECK_INS * cost("check-in, web")
        + CHECK_OUTS * (cost("check-out") - cost("check-out, PostgreSQL")) / 2
        + UPSERTS * (cost("reservation") - cost("reservation, PostgreSQL"))
        + POLLS * (cost("poll of the log") - cost("poll of the log, PostgreSQL"))
        + BOARDS * ROOMS / MEASURED_ROOMS * (cost("board") - cost("board, PostgreSQL"))
        + NEWS * SOCKETS * cost("delivery to a socket")
    )
    return (hotels * of_hotel + evenings(hotels) * SALES * cost("sale of a seat, web")) / HOUR


def worker_cores(cost: Figures, hotels: int) -> float:
    """Cores that workers need; half of a check-out is theirs, as of a check-in."""
    of_hotel = (
        CHECK_INS * cost("check-in, worker")
        + CHECK_OUTS * (cost("check-out") - cost("check-out, PostgreSQL")) / 2
        + NEWS * ENDPOINTS * cost("webhook")
    )
    return (hotels * of_hotel + evenings(hotels) * SALES * cost("sale of a seat, worker")) / HOUR


def processes(cost: Figures, hotels: int) -> tuple[int, int]:
    """How many web processes and workers: enough for the work, and for the sockets."""
    web = max(2.0, web_cores(cost, hotels) / FULL, hotels * SOCKETS / SOCKETS_OF_A_PROCESS)
    return round(web + 0.5), round(max(2.0, worker_cores(cost, hotels) / FULL) + 0.5)


def postgres_cores(cost: Figures, hotels: int) -> float:
    """Cores of the one PostgreSQL: the work, and the looking around of every process."""
    of_hotel = (
        CHECK_INS * cost("check-in, PostgreSQL")
        + CHECK_OUTS * cost("check-out, PostgreSQL")
        + UPSERTS * cost("reservation, PostgreSQL")
        + POLLS * cost("poll of the log, PostgreSQL")
        + BOARDS * ROOMS / MEASURED_ROOMS * cost("board, PostgreSQL")
    )
    seats = evenings(hotels) * SALES * cost("sale of a seat, PostgreSQL")
    looking = max(processes(cost, hotels)) * cost("idle second, PostgreSQL")
    return (hotels * of_hotel + seats) / HOUR + looking


def valkey_cores(cost: Figures, hotels: int) -> float:
    """The share of Valkey's one core."""
    rings = hotels * NEWS * cost("ring to 16 processes, Valkey")
    return (rings + hotels * CHECK_INS * cost("check-in, Valkey")) / HOUR


def log_gibibytes(_: Figures, hotels: int) -> float:
    """The size of the event log, as long as it is kept."""
    return hotels * EVENTS * KEPT_DAYS * EVENT_BYTES / 2**30


def purge_minutes(cost: Figures, hotels: int) -> float:
    """What forgetting a day's events takes each day, one after the other."""
    return hotels * EVENTS * cost("event forgotten") / 60


def socket_gibibytes(cost: Figures, hotels: int) -> float:
    """Memory of the web processes for held sockets."""
    return hotels * SOCKETS * cost("held socket") / 2**20  # of KiB


DEMANDS: Final[Sequence[tuple[str, Callable[[Figures, int], float]]]] = (
    ("cores of web processes", web_cores),
    ("cores of workers", worker_cores),
    ("web processes, 60 % full, 5,000 sockets each", lambda c, n: processes(c, n)[0]),
    ("workers, 60 % full", lambda c, n: processes(c, n)[1]),
    ("cores of PostgreSQL", postgres_cores),
    ("share of Valkey's one core", valkey_cores),
    ("sockets", lambda _, n: n * SOCKETS),
    ("memory of the sockets, GiB", socket_gibibytes),
    ("check-ins a second", lambda _, n: n * CHECK_INS / HOUR),
    ("events a second", lambda _, n: n * NEWS / HOUR),
    ("event log, 90 days, GiB", log_gibibytes),
    ("forgetting a day's events, minutes a day", purge_minutes),
)


def tables(figures: Figures) -> Mapping[str, Sequence[Sequence[str]]]:
    """Return the page's tables by their marks: headings first."""
    costs = [[name, figures.text(name), f"`bench {COSTS[name][0]}`"] for name in COSTS]
    sizes = [f"{size:,} hotels" for size in SIZES]
    demands = [[name, *(_counted(ask, figures, n) for n in SIZES)] for name, ask in DEMANDS]
    return {
        "hotel": [["a hotel has", "so many"], *([what, f"{count:,}"] for what, count in HOTEL)],
        "costs": [["what", "costs", "measured by"], *costs],
        "demands": [["at the peak", *sizes], *demands],
    }


def _counted(ask: Callable[[Figures, int], float], figures: Figures, hotels: int) -> str:
    try:
        value = ask(figures, hotels)
    except Unknown:
        return UNKNOWN
    digits = 0 if value >= 10 or value == int(value) else 1 if value >= 1 else 3
    return f"{value:,.{digits}f}"


def written(page: str, results: str) -> str:
    """Return the page with its tables as the results have them now."""
    for mark, lines in tables(Figures(figure_values(results))).items():
        head, *rest = lines
        rule = ["---", *["--:"] * (len(head) - 1)]
        text = "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rest))
        begin, end = f"<!-- {mark}: written by bench/scaling.py -->", f"<!-- end of {mark} -->"
        before, _, tail = page.partition(begin)
        page = f"{before}{begin}\n\n{text}\n\n{end}{tail.partition(end)[2]}"
    return page


def write_page(page: Path = PAGE, results: Path = RESULTS) -> None:
    """Write the page's tables anew."""
    page.write_text(written(page.read_text(), results.read_text()))


if __name__ == "__main__":
    write_page()
