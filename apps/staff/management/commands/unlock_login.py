"""Let somebody log in again who was locked out after wrong passwords."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser

from apps.staff.services.authenticators import remove
from apps.staff.services.login_limits import let_in_again
from apps.staff.services.logins import log_out_everywhere


class Command(BaseCommand):
    help = "Let a name be tried again at once, from everywhere, and close the alerts about it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--remove-app",
            action="store_true",
            help="also forget the person's authenticator app, and end their logins",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget the wrong tries; names that nobody has are treated alike."""
        let_in_again(options["username"])
        self.stdout.write("Wrong tries for that name are forgotten.")
        if options["remove_app"]:
            for user in User.objects.filter(username=options["username"]):
                remove(user)
                log_out_everywhere(user)
            self.stdout.write("So is the authenticator app; every login has ended.")
