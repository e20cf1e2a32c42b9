"""Draw an event's seats from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.errors import DomainError
from apps.seating.map_files import MOST_BYTES, read_map_file
from apps.seating.selectors import get_event
from apps.seating.services.seat_import import import_seats


class Command(BaseCommand):
    """Prints what has changed, or every line that can't be used; then nothing has."""

    help = "Give an event the seats of a CSV or JSON file, and no others."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("event", help="The event's slug.")
        parser.add_argument("file", type=Path, help="A CSV or a JSON file.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"The file can't be read: {error.strerror}.") from None
        try:
            done = import_seats(
                get_event(options["event"]),
                read_map_file(content),
                performed_by="command:import_seat_map",
                is_dry_run=options["dry_run"],
            )
        except DomainError as refusal:
            lines = getattr(refusal, "rest_fields", {}).get("lines", ())
            more = "".join(f"\n  line {line['line']}: {line['message']}" for line in lines)
            raise CommandError(refusal.message + more) from None
        tried = "would be " if done.is_dry_run else ""
        self.stdout.write(
            f"{done.added} seats {tried}added, {done.changed} {tried}changed, "
            f"{done.removed} {tried}removed."
        )
