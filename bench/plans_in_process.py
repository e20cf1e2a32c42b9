"""The plans of the product's hot work in a full database: prints what each costs as JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup(set_prefix=False)

# Importable only once Django is set up.
from apps.bookings.models import Hotel  # noqa: E402
from bench.common.plans import Limits, judge_all, undone  # noqa: E402
from bench.hot_work import House, all_work  # noqa: E402


def main() -> None:
    """Do all work, or what begins with the given words, in the house in the middle."""
    wanted = tuple(sys.argv[1:])
    limits = Limits()
    found: dict[str, list[dict[str, Any]]] = {}
    with undone():
        hotels = Hotel.objects.order_by("pk")
        for name, work in all_work(House.of(hotels[hotels.count() // 2])).items():
            if not wanted or name.startswith(wanted):
                judged = judge_all(work, limits)
                found[name] = [{**asdict(one), "indexes": sorted(one.indexes)} for one in judged]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
