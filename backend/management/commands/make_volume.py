"""Years of invented data in minutes, to see what the product is like with them."""

from __future__ import annotations

import time
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from apps.bookings.models import Hotel
from backend.volume.filling import Progress, TooManyRooms, VolumeRequest, fill

MOST: Final = {"bookings": 20_000_000, "seats": 10_000_000, "hotels": 10_000, "seed": 2**31}


class Command(BaseCommand):
    """Every person in it is invented. Nothing takes it away again: use a database of its own."""

    help = "Fill a PostgreSQL database with hotels, bookings, check-ins, events and seats, by COPY."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bookings", type=int, default=1_000_000, help="In all hotels.")
        parser.add_argument("--seats", type=int, default=100_000, help="In all hotels.")
        parser.add_argument("--hotels", type=int, default=200)
        parser.add_argument("--seed", type=int, default=1, help="Another one, other data.")
        parser.add_argument(
            "--anyway",
            action="store_true",
            help="Also with DEBUG=false, or beside hotels that are there.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        self._require_place(is_told=options["anyway"])
        for name, most in MOST.items():
            least = 1 if name == "hotels" else 0
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} must be from {least} to {most}.")
        wanted = VolumeRequest(**{name: options[name] for name in MOST})
        began = time.monotonic()

        def tell(progress: Progress) -> None:
            rows, seconds = sum(progress.rows.values()), time.monotonic() - began
            self.stdout.write(
                f"{progress.hotels} of {wanted.hotels} hotels, {rows:,} rows, {seconds:.0f} s"
            )

        try:
            made = fill(wanted, tell=tell)
        except TooManyRooms as refusal:
            raise CommandError(str(refusal)) from refusal
        for label, count in sorted(made.rows.items(), key=lambda item: -item[1]):
            self.stdout.write(f"{count:>12,} {label}")

    def _require_place(self, *, is_told: bool) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("It needs COPY, so PostgreSQL: set DATABASE_URL.")
        if is_told:
            return
        if not settings.DEBUG:
            raise CommandError("With DEBUG=false this may be a real house: say --anyway.")
        if Hotel.objects.exists():
            raise CommandError("There are hotels already: use an empty database, or say --anyway.")
