"""Bring a backup back into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.backups.bringing_back import leave_gaps, restore_backup
from backend.backups.errors import BackupRefused

NEXT: Final = (
    "manage.py check_consistency      # what the tables say of each other",
    "manage.py reconcile_locks        # takes up what the doors learned since",
)


class Command(BaseCommand):
    """Nothing else runs on the database yet: start web processes and workers afterwards."""

    help = "Fill an empty database and the uploads from a backup that is whole."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="What `backup` printed.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            manifest = restore_backup(options["directory"])
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        call_command("migrate", verbosity=0, interactive=False)
        leave_gaps(manifest)
        self.stdout.write(f"Restored: everything until {manifest.taken_at}. Now:")
        for line in NEXT:
            self.stdout.write(f"  {line}")
