"""Guests walk the four steps, wait for their PIN, and some of them go back on the way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from backend.demo import documents
from tests.chaos.callers import PATIENCE_SECONDS, NeverAnswered, Refused
from tests.chaos.draws import draws_of
from tests.chaos.load.documents import POLL
from tests.chaos.sockets import BROKEN_LINES, subscription
from tests.chaos.world import House, World

NAMES: Final = ("Maeve O'Sullivan", "Niamh Kelly", "Tomás Ó Briain", "Aoife Byrne", "Seán Walsh")
POLL_SECONDS: Final = 1.0
GOES_BACK: Final = 0.2
WATCHES: Final = 0.5
NOT_READY: Final = ("PIN_PENDING", "PIN_FAILED")


class Guests:
    """People who arrive one after the other through the same app."""

    def __init__(
        self, world: World, house: House, arrivals: Sequence[tuple[str, str]], place: int
    ) -> None:
        """``arrivals``: booking ids and references that nobody else knows."""
        self.name = f"guests-{house.slug}-{place}"
        self._world, self._house = world, house
        self._arrivals = arrivals
        self._random = draws_of(world.seed, self.name)
        self._caller = world.guest()

    def run(self) -> None:
        """Arrive until the run closes; whoever has begun comes to the end."""
        for booking_id, reference in self._arrivals:
            if self._world.closing.is_set():
                return
            self._arrive(booking_id, reference)
            self._world.closing.wait(self._random.uniform(0.0, 1.0))

    def _arrive(self, booking_id: str, reference: str) -> None:
        name = self._random.choice(NAMES)
        token = self._start(reference)
        self._details(token, name)
        if self._random.random() < GOES_BACK:
            name = self._random.choice(NAMES)
            self._details(token, name)
        self._ask("submitParking", documents.PARKING, {"token": token, "hasCar": False})
        stay = self._confirm(token)
        self._keep(booking_id, name, stay)
        self._house.in_house.put(booking_id)

    def _start(self, reference: str) -> str:
        found = {"bookingReference": reference, "hotelSlug": self._house.slug}
        return str(self._ask("startCheckIn", documents.START, found)["token"])

    def _details(self, token: str, name: str) -> None:
        phone = f"020 913 0{self._random.randrange(1000):03}"
        given = {"token": token, "fullName": name, "phoneNumber": phone}
        self._ask("submitGuestDetails", documents.DETAILS, given)

    def _confirm(self, token: str) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._wait_for_pin(token, deadline)
            try:
                return self._ask("confirmCheckIn", documents.CONFIRM, {"token": token}, NOT_READY)
            except Refused as refusal:
                if refusal.code not in NOT_READY:
                    raise
                time.sleep(POLL_SECONDS)
        raise NeverAnswered("a guest's PIN was never ready")

    def _wait_for_pin(self, token: str, deadline: float) -> None:
        watches = self._random.random() < WATCHES
        while time.monotonic() < deadline:
            if watches:
                if self._watch(token, deadline):
                    return
            elif self._poll(token):
                return
            time.sleep(POLL_SECONDS)

    def _poll(self, token: str) -> bool:
        flow = self._caller.ask("poll", POLL, token=token)
        return flow is None or flow["pinStatus"] == "READY" or flow["status"] != "IN_PROGRESS"

    def _watch(self, token: str, deadline: float) -> bool:
        """Watch until the PIN is ready; False: the line broke, come again."""
        try:
            for flow in subscription(self._world.ws_address, documents.WATCH, token=token):
                if flow is not None and flow["pinStatus"] == "READY":
                    return True
                if time.monotonic() > deadline:
                    return False
        except BROKEN_LINES:
            return False
        return True

    def _keep(self, booking_id: str, name: str, stay: Any) -> None:
        booking = self._house.name_of(booking_id)
        self._world.ledger.promise("guest", booking, name)
        if stay["status"] == "IN_HOUSE":
            self._world.ledger.promise("stay", booking, "in house")
        if stay["pin"]:
            self._world.ledger.promise("PIN", booking, stay["pin"])

    def _ask(
        self, kind: str, document: str, given: dict[str, Any], expects: tuple[str, ...] = ()
    ) -> Any:
        return self._caller.ask(kind, document, expects=expects, input=given)
