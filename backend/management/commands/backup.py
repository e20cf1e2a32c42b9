"""Take a backup while the house runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.backups.errors import BackupRefused
from backend.backups.taking import take_backup


class Command(BaseCommand):
    """Holds up nobody. The encryption key is not in it: keep that elsewhere, or it is of no use."""

    help = "Write database and uploads into a new directory below DIRECTORY, with checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="Made if it is missing.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            taken = take_backup(options["directory"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(str(taken))
