"""Forget guests who left long ago."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.bookings.models import Hotel
from apps.bookings.selectors import find_hotel
from apps.bookings.services.privacy import (
    ErasureCount,
    ErasureRequest,
    anonymise_guests,
    count_erasable,
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("give a day such as 2026-01-31") from error


class Command(BaseCommand):
    """Prints counts, never names. May be repeated and cut off."""

    help = "Erase the names, contacts and cars of guests who departed before a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", type=_day, required=True, help="The day, YYYY-MM-DD.")
        parser.add_argument("--hotel", metavar="SLUG", help="Of this hotel only.")
        parser.add_argument("--by", default="anonymise_guests", help="Whose name to record.")
        parser.add_argument("--dry-run", action="store_true", help="Count only.")

    def handle(self, *_args: Any, **options: Any) -> None:
        request = ErasureRequest(
            before=options["before"],
            performed_by=options["by"][:120],
            hotel=self._hotel(options["hotel"]),
        )
        if options["dry_run"]:
            self._conclude("to be forgotten", count_erasable(request))
        else:
            self._conclude("forgotten", anonymise_guests(request, tell=self._tell))

    def _hotel(self, slug: str | None) -> Hotel | None:
        if slug is None:
            return None
        hotel = find_hotel(slug)
        if hotel is None:
            raise CommandError("There is no such hotel.")
        return hotel

    def _tell(self, count: ErasureCount) -> None:
        self.stdout.write(f"{count.erased} so far")

    def _conclude(self, what: str, count: ErasureCount) -> None:
        self.stdout.write(f"Bookings {what}: {count.erased}")
        if count.in_house:
            self.stdout.write(f"Left alone, checked in and never checked out: {count.in_house}")
        if count.too_early:
            self.stdout.write(f"Left alone, over too recently or still open: {count.too_early}")
