"""Look for what does not agree: ghost rooms, doors of ended stays, nights nobody holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.consistency import find_inconsistencies


class Command(BaseCommand):
    """Changes nothing, so it may run at any time; what is being written then may show for once."""

    help = "Print what does not agree, each with what to do; ends with 1 if there is anything."

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = [str(finding) for finding in find_inconsistencies()]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} found.")
        self.stdout.write("Everything agrees.")
