"""Run a bench: ``python3 run.py bench NAME [--save] [--short] [--count N]``; NAME may be all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Final

from bench import (
    board_paint,
    carrying,
    checkin_load,
    checkout,
    details_latency,
    first_pin,
    graphql_cost,
    growth,
    http_doors,
    live_fanout,
    lock_storm,
    office_lists,
    partner_upserts,
    pin_latency,
    plans,
    scaling,
    seats,
    webhooks,
)
from bench.common import BenchFailed, Report, print_report, save_report
from bench.everything import run_all

BENCHES: Final[Mapping[str, Callable[[int | None], Report]]] = {
    "board_paint": board_paint.measure,
    "carrying": carrying.measure,
    "checkin_load": checkin_load.measure,
    "checkout": checkout.measure,
    "pin_latency": pin_latency.measure,
    "details_latency": details_latency.measure,
    "first_pin": first_pin.measure,
    "graphql_cost": graphql_cost.measure,
    "growth": growth.measure,
    "http_doors": http_doors.measure,
    "live_fanout": live_fanout.measure,
    "lock_storm": lock_storm.measure,
    "partner_upserts": partner_upserts.measure,
    "office_lists": office_lists.measure,
    "plans": plans.measure,
    "seats": seats.measure,
    "webhooks": webhooks.measure,
}
# Samples per row with --short, where a bench takes minutes.
SHORT: Final[Mapping[str, int]] = {
    "growth": 1,
    "checkin_load": 40,
    "checkout": 160,
    "live_fanout": 400,
    "lock_storm": 120,
    "pin_latency": 8,
    "plans": 100_000,
    "seats": 150,
    "webhooks": 2_000,
}
ALL: Final = "all"


def main() -> int:
    """Measure, print, and with ``--save`` keep the figures; return an exit code."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", choices=[*BENCHES, ALL])
    parser.add_argument("--save", action="store_true", help="put the figures into RESULTS.md")
    parser.add_argument("--count", type=int, help="samples per row, instead of the bench's own")
    parser.add_argument("--short", action="store_true", help="fewer samples, for a quick look")
    options = parser.parse_args()
    if options.count is not None and options.count < 1:
        parser.error("--count must be at least 1")
    if options.name == ALL:
        code = run_all(list(BENCHES), save=options.save, short=options.short)
        if options.save:
            scaling.write_page()
        return code
    short = SHORT.get(options.name) if options.short else None
    try:
        report = BENCHES[options.name](options.count or short)
    except BenchFailed as failure:
        print(f"{options.name} failed: {failure}", file=sys.stderr)
        return 1
    print_report(report)
    if options.save:
        save_report(report)
        scaling.write_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
