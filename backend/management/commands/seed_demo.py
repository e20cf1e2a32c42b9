"""Demo data from the command line."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.demo.evening import MOST_SEATS, SEATS
from backend.demo.seed import ARRIVING, SeedRequest, seed


class Command(BaseCommand):
    """Idempotent; may run before or while the server runs."""

    help = "Create or top up the demo data; --json prints what there is, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the summary as JSON.")
        parser.add_argument("--rooms", type=int, default=0, help="At least so many rooms.")
        parser.add_argument(
            "--bookings", type=int, default=ARRIVING, help="So many bookings that arrive today."
        )
        parser.add_argument(
            "--seats", type=int, default=SEATS, help="At least so many seats of the event."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("seed_demo makes public logins; it does not run with DEBUG=false.")
        for name in ("rooms", "bookings"):
            if not 0 <= options[name] <= 100_000:
                raise CommandError(f"--{name} must be from 0 to 100000.")
        if not 1 <= options["seats"] <= MOST_SEATS:
            raise CommandError(f"--seats must be from 1 to {MOST_SEATS}.")
        call_command("migrate", verbosity=0, interactive=False)
        summary = seed(
            SeedRequest(
                rooms=options["rooms"], arriving=options["bookings"], seats=options["seats"]
            )
        )
        if options["json"]:
            self.stdout.write(json.dumps(summary.as_json()))
        elif options["verbosity"]:
            self.stdout.write(
                f"{len(summary.arriving)} bookings arrive today at {summary.hotel.name}, "
                f"{len(summary.in_house)} guests are in house."
            )
