"""Everything in one process, with a story played through the public API."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from huey.contrib.djhuey import HUEY

from apps.locks.models import AccessCode
from apps.locks.states import CodeState
from backend.demo.client import StoryFailed
from backend.demo.seed import SeedRequest, seed
from backend.demo.simulator import provision
from backend.demo.stage import Stage, wait_until
from backend.demo.story import Story
from backend.demo.urls import print_urls
from backend.server import HOST, EmbeddedServer, bind, simulator_state_path, start_simulator

HOUSE_SECONDS: Final = 60.0


class Command(BaseCommand):
    """Works the tenth time, and the next day: each run takes another booking that arrives today."""

    help = "Run the whole system in one process and play a guest's check-in and a seat sale."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--once", action="store_true", help="Leave after the story.")
        parser.add_argument("--reset", action="store_true", help="Begin with nothing.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("demo makes public logins; it does not run with DEBUG=false.")
        bound = bind(options["port"])
        if options["reset"]:
            _forget_everything()
        call_command("migrate", verbosity=0, interactive=False)
        summary = seed(SeedRequest())
        simulator = start_simulator()
        base = f"http://{HOST}:{bound.getsockname()[1]}"
        guest, waiting = summary.arriving[:2]
        story = Story(
            stage=Stage(
                base_url=base,
                simulator_url=simulator.url if simulator else None,
                hotel_slug=summary.hotel.slug,
                staff_token=summary.tokens["staff"],
            ),
            booking_id=guest.booking_id,
            booking_reference=guest.booking_reference,
            event_slug=summary.evening.slug,
        )
        try:
            if simulator is not None:
                provision(simulator.url)
            connection.close()
            performance = _Performance(
                story, waiting=waiting.booking_reference, stop_afterwards=options["once"]
            )
            performance.server.serve_on(bound)
        finally:
            if simulator is not None:
                simulator.stop()
        if performance.failure is not None:
            raise CommandError(f"The story failed: {performance.failure}")


class _Performance:
    """Plays the story in a thread of its own once the server answers."""

    def __init__(self, story: Story, *, waiting: str, stop_afterwards: bool) -> None:
        """``waiting``: the reference of a booking that the story leaves alone."""
        self.failure: str | None = None
        self.server = EmbeddedServer(on_started=self._begin)
        self._story = story
        self._waiting = waiting
        self._stop_afterwards = stop_afterwards

    def _begin(self) -> None:
        threading.Thread(target=self._play, name="demo-story", daemon=True).start()

    def _play(self) -> None:
        stage = self._story.stage
        console = stage.console
        try:
            _wait_for_house(stage)
            self._story.play()
        except StoryFailed as failure:
            self.failure = str(failure)
        except Exception as failure:  # whatever it is, the demo must say so and end
            self.failure = f"{type(failure).__name__}: {failure}"
        if self.failure is not None:
            console.print(f"[red]✗ {self.failure}")
        if self.failure is not None or self._stop_afterwards:
            self.server.should_exit = True
            return
        console.rule("[bold]What to open next")
        print_urls(stage.base_url, settings.TTLOCK_API_URL, reference=self._waiting)
        console.print("Ctrl-C ends it.")


def _wait_for_house(stage: Stage) -> None:
    """Let the guests who are in house get their codes first: the locks take them one by one."""
    under_way = AccessCode.objects.filter(
        state__in=[CodeState.PENDING, CodeState.SETTING, CodeState.REMOVING]
    )
    try:
        if under_way.exists():
            with stage.step("The guests in house have their codes"):
                wait_until(
                    lambda: not under_way.exists(),
                    seconds=HOUSE_SECONDS,
                    complaint="The guests in house did not get their codes.",
                )
    finally:
        connection.close()


def _forget_everything() -> None:
    """Empty the embedded database, the queue and the simulated locks' memory."""
    if connection.vendor != "sqlite":
        raise CommandError("--reset empties the embedded database only; drop this one by hand.")
    connection.close()
    database = settings.DATABASES["default"]["NAME"]
    for path in (database, simulator_state_path()):
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    HUEY.flush()  # the queue is open in this process already: its file has to stay
    for directory in (settings.VAR_DIR / "mail", settings.PROOF_DIR):
        shutil.rmtree(directory, ignore_errors=True)
