"""The second scene: the guest leaves, and the desk checks them out."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import Final

from backend.demo import documents
from backend.demo.client import Answer, GuestApp, StoryFailed
from backend.demo.stage import Stage, expect, require, wait_until

TOLD_WITHIN_SECONDS: Final = 10.0
CODES_LEAVE_WITHIN_SECONDS: Final = 15.0


@dataclass(slots=True)
class Departure:
    """From the desk's click to doors that no longer open."""

    stage: Stage
    booking_id: str

    def play(self, stay: Answer) -> None:
        """Raises StoryFailed at the first step that ends wrong."""
        self.stage.console.rule("[bold]The guest leaves")
        board = _Board(self.stage)
        board.open()
        self._check_out(GuestApp(self.stage.base_url, staff_token=self.stage.staff_token))
        with self.stage.step("The board heard of it, told by the subscription"):
            board.wait_for("booking-checked-out", self.booking_id)
        self._check_locks(stay)

    def _check_out(self, desk: GuestApp) -> None:
        names = {"hotelSlug": self.stage.hotel_slug, "bookingId": self.booking_id}
        with self.stage.step("Checked out; the room is to be cleaned"):
            booking = expect(desk.ask(documents.CHECK_OUT, input=names), "Booking")
        require(booking["assignedRoom"]["status"] == "CHECKOUT_DIRTY", "The room is not dirty.")

    def _check_locks(self, stay: Answer) -> None:
        if self.stage.simulator_url is None:
            return
        codes = {(code["lockName"], code["code"]) for code in stay["accessCodes"]}
        with self.stage.step("The PIN has left the locks' own memory"):
            wait_until(
                lambda: not codes & self.stage.lock_memory(),
                seconds=CODES_LEAVE_WITHIN_SECONDS,
                complaint="A lock still knows the PIN.",
            )


class _Board:
    """A dashboard in miniature: listens to what happens at the hotel in a thread of its own."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._heard: queue.Queue[Answer | Exception] = queue.Queue()
        self._is_open = threading.Event()

    def open(self) -> None:
        """Return once the board listens."""
        threading.Thread(target=self._listen, name="demo-board", daemon=True).start()
        require(self._is_open.wait(TOLD_WITHIN_SECONDS), "The board's socket did not open.")

    def _listen(self) -> None:
        app = GuestApp(self._stage.base_url, staff_token=self._stage.staff_token)
        try:
            events = app.watch(
                documents.BOARD, on_open=self._is_open.set, hotelSlug=self._stage.hotel_slug
            )
            for event in events:
                self._heard.put(event)
        except Exception as error:  # whatever it was, the scene must hear of it
            self._heard.put(error)

    def wait_for(self, name: str, booking_id: str) -> None:
        """Raises StoryFailed when the event does not come in time."""
        while True:
            try:
                event = self._heard.get(timeout=TOLD_WITHIN_SECONDS)
            except queue.Empty:
                raise StoryFailed(f"The board did not hear of {name}.") from None
            if isinstance(event, Exception):
                raise StoryFailed(f"The board's socket failed: {event}") from event
            if (event["name"], event["bookingId"]) == (name, booking_id):
                return
