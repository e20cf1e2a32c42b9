"""Let somebody log in again who was locked out after wrong passwords."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.staff.services.login_limits import let_in_again


class Command(BaseCommand):
    help = "Let a name be tried again at once, from everywhere, and close the alerts about it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget the wrong tries; names that nobody has are treated alike."""
        let_in_again(options["username"])
        self.stdout.write("Wrong tries for that name are forgotten.")
