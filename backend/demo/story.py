"""The story that ``manage.py demo`` plays: each step through the public API, each result checked
against what the simulated locks remember."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import requests
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from backend.demo import documents
from backend.demo.client import Answer, GuestApp, StoryFailed

GUEST_NAME: Final = "Maeve O'Sullivan"
GUEST_PHONE: Final = "020 913 0123"  # in the hotel's own region, as people type it
GUEST_EMAIL: Final = "maeve@example.com"
GUEST_CAR: Final = "221 kY 1234"


@dataclass(slots=True)
class Story:
    """Plays against a running server. ``simulator_url`` None: a foreign lock cloud is in use."""

    base_url: str
    simulator_url: str | None
    hotel_slug: str
    booking_reference: str
    console: Console = field(default_factory=Console)

    def play(self) -> None:
        """Tell the whole story. Raises StoryFailed at the first step that ends wrong."""
        app = GuestApp(self.base_url)
        self.console.rule("[bold]A guest checks in")
        self.console.print(f"Booking reference {self.booking_reference} at {self.hotel_slug}")
        token = self._find_booking(app)
        self._give_details(app, token)
        self._answer_parking(app, token)
        self._wait_for_pin(app, token)
        stay = self._confirm(app, token)
        self._check_locks(stay)
        self._show(stay)

    def _find_booking(self, app: GuestApp) -> str:
        request = {
            "bookingReference": self.booking_reference,
            "hotelSlug": self.hotel_slug,
            "deviceType": "MOBILE",
        }
        with self._step("Booking found"):
            flow = expect(app.ask(documents.START, input=request), "CheckInFlow")
        return str(flow["token"])

    def _give_details(self, app: GuestApp, token: str) -> None:
        details = {
            "token": token,
            "fullName": GUEST_NAME,
            "phoneNumber": GUEST_PHONE,
            "email": GUEST_EMAIL,
        }
        with self._step("Details given; the PIN is on its way"):
            flow = expect(app.ask(documents.DETAILS, input=details), "CheckInFlow")
        self._require(flow["step"] == 2, "The flow is not at step 2.")

    def _answer_parking(self, app: GuestApp, token: str) -> None:
        parking = {"token": token, "hasCar": True, "carRegistration": GUEST_CAR}
        with self._step("Parking answered while the locks are at work"):
            expect(app.ask(documents.PARKING, input=parking), "CheckInFlow")

    def _wait_for_pin(self, app: GuestApp, token: str) -> None:
        """Follow the subscription until the PIN is there."""
        spinner = Spinner("dots", text="Waiting for the locks …")
        with (
            self._step("PIN on both locks, told by the subscription"),
            Live(spinner, console=self.console, transient=True),
        ):
            for flow in app.watch(documents.WATCH, token=token):
                spinner.update(text=f"PIN {flow['pinStatus'].lower()} …")
                self._require(flow["pinStatus"] != "FAILED", "The PIN could not be set.")
                if flow["pinStatus"] == "READY":
                    return
        raise StoryFailed("The subscription ended before the PIN was ready.")

    def _confirm(self, app: GuestApp, token: str) -> Answer:
        with self._step("Checked in"):
            stay = expect(app.ask(documents.CONFIRM, input={"token": token}), "Stay")
        self._require(bool(stay["pin"]), "The stay shows no PIN.")
        return stay

    def _check_locks(self, stay: Answer) -> None:
        """Read the simulated locks' own memory: that is what opens doors, not the database."""
        if self.simulator_url is None:
            self.console.print("[dim]A lock cloud was named: its memory can't be looked into.")
            return
        with self._step("The locks' own memory has the PIN"):
            memory = self._lock_memory()
            for code in stay["accessCodes"]:
                name, digits = code["lockName"], code["code"]
                self._require((name, digits) in memory, f"{name} does not know the PIN.")

    def _lock_memory(self) -> set[tuple[str, str]]:
        session = requests.Session()
        session.trust_env = False
        state = session.get(f"{self.simulator_url}/_sim/state", timeout=10).json()
        return {
            (lock["alias"], entry["code"]) for lock in state["locks"] for entry in lock["memory"]
        }

    def _show(self, stay: Answer) -> None:
        table = Table(
            title=f"{stay['guestName']}, room {stay['room']['number']}", title_style="bold"
        )
        table.add_column("Door")
        table.add_column("PIN", style="bold green")
        table.add_column("State")
        for code in stay["accessCodes"]:
            table.add_row(code["lockName"], code["code"], code["status"])
        self.console.print(table)
        self.console.print(f"Opens from {stay['checkInAt']} until {stay['checkOutAt']}.")

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        """Print the step with its time once it has ended well."""
        started = time.perf_counter()
        yield
        took = (time.perf_counter() - started) * 1000
        self.console.print(f"[green]✓[/] {title} [dim]{took:,.0f} ms[/]")

    @staticmethod
    def _require(is_right: bool, complaint: str) -> None:
        if not is_right:
            raise StoryFailed(complaint)


def expect(answer: Answer, kind: str) -> Answer:
    """Return the answer if it is of that type. Raises StoryFailed with the problem's sentence."""
    if answer["__typename"] != kind:
        raise StoryFailed(answer.get("message") or f"Got {answer['__typename']}, not {kind}.")
    return answer
