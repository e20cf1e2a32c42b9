"""The first scene: a guest checks in from their phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from backend.demo import documents
from backend.demo.client import Answer, GuestApp, StoryFailed
from backend.demo.stage import Stage, expect, require

GUEST_NAME: Final = "Maeve O'Sullivan"
GUEST_PHONE: Final = "020 913 0123"  # in the hotel's own region, as people type it
GUEST_EMAIL: Final = "maeve@example.com"
GUEST_CAR: Final = "221 kY 1234"


@dataclass(slots=True)
class Arrival:
    """From the booking reference to a PIN that the locks know."""

    stage: Stage
    booking_reference: str

    def play(self) -> Answer:
        """Return the stay. Raises StoryFailed at the first step that ends wrong."""
        app = GuestApp(self.stage.base_url)
        self.stage.console.rule("[bold]A guest checks in")
        self.stage.console.print(
            f"Booking reference {self.booking_reference} at {self.stage.hotel_slug}"
        )
        token = self._find_booking(app)
        self._give_details(app, token)
        self._answer_parking(app, token)
        self._wait_for_pin(app, token)
        stay = self._confirm(app, token)
        self._check_locks(stay)
        self._show(stay)
        return stay

    def _find_booking(self, app: GuestApp) -> str:
        request = {
            "bookingReference": self.booking_reference,
            "hotelSlug": self.stage.hotel_slug,
            "deviceType": "MOBILE",
        }
        with self.stage.step("Booking found"):
            flow = expect(app.ask(documents.START, input=request), "CheckInFlow")
        return str(flow["token"])

    def _give_details(self, app: GuestApp, token: str) -> None:
        details = {
            "token": token,
            "fullName": GUEST_NAME,
            "phoneNumber": GUEST_PHONE,
            "email": GUEST_EMAIL,
        }
        with self.stage.step("Details given; the PIN is on its way"):
            flow = expect(app.ask(documents.DETAILS, input=details), "CheckInFlow")
        require(flow["step"] == 2, "The flow is not at step 2.")

    def _answer_parking(self, app: GuestApp, token: str) -> None:
        parking = {"token": token, "hasCar": True, "carRegistration": GUEST_CAR}
        with self.stage.step("Parking answered while the locks are at work"):
            expect(app.ask(documents.PARKING, input=parking), "CheckInFlow")

    def _wait_for_pin(self, app: GuestApp, token: str) -> None:
        """Follow the subscription until the PIN is there."""
        spinner = Spinner("dots", text="Waiting for the locks …")
        with (
            self.stage.step("PIN on both locks, told by the subscription"),
            Live(spinner, console=self.stage.console, transient=True),
        ):
            for flow in app.watch(documents.WATCH, token=token):
                spinner.update(text=f"PIN {flow['pinStatus'].lower()} …")
                require(flow["pinStatus"] != "FAILED", "The PIN could not be set.")
                if flow["pinStatus"] == "READY":
                    return
        raise StoryFailed("The subscription ended before the PIN was ready.")

    def _confirm(self, app: GuestApp, token: str) -> Answer:
        with self.stage.step("Checked in"):
            stay = expect(app.ask(documents.CONFIRM, input={"token": token}), "Stay")
        require(bool(stay["pin"]), "The stay shows no PIN.")
        return stay

    def _check_locks(self, stay: Answer) -> None:
        """Read the simulated locks' own memory: that is what opens doors, not the database."""
        if self.stage.simulator_url is None:
            self.stage.console.print(
                "[dim]A lock cloud was named: its memory can't be looked into."
            )
            return
        with self.stage.step("The locks' own memory has the PIN"):
            memory = self.stage.lock_memory()
            for code in stay["accessCodes"]:
                name, digits = code["lockName"], code["code"]
                require((name, digits) in memory, f"{name} does not know the PIN.")

    def _show(self, stay: Answer) -> None:
        table = Table(
            title=f"{stay['guestName']}, room {stay['room']['number']}", title_style="bold"
        )
        table.add_column("Door")
        table.add_column("PIN", style="bold green")
        table.add_column("State")
        for code in stay["accessCodes"]:
            table.add_row(code["lockName"], code["code"], code["status"])
        self.stage.console.print(table)
        self.stage.console.print(f"Opens from {stay['checkInAt']} until {stay['checkOutAt']}.")
