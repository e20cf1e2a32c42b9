"""Everything in one process, for development."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.demo.seed import SeedRequest, seed
from backend.demo.simulator import provision
from backend.demo.urls import print_urls
from backend.server import HOST, EmbeddedServer, bind, start_simulator


class Command(BaseCommand):
    """Migrations, demo data, lock simulator, worker and server; until Ctrl-C."""

    help = "Run the whole system in one process on 127.0.0.1, with demo data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("dev is for development; it does not run with DEBUG=false.")
        bound = bind(options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        waiting = seed(SeedRequest()).arriving[0].booking_reference
        simulator = start_simulator()
        try:
            if simulator is not None:
                provision(simulator.url)
            base = f"http://{HOST}:{bound.getsockname()[1]}"
            EmbeddedServer(
                on_started=lambda: print_urls(base, settings.TTLOCK_API_URL, reference=waiting)
            ).serve_on(bound)
        finally:
            if simulator is not None:
                simulator.stop()
