"""The third scene: seats are sold, and everybody who looks on sees it at once."""

from __future__ import annotations

import base64
import queue
import threading
from dataclasses import dataclass
from typing import Final

from backend.demo import documents
from backend.demo.client import Answer, GuestApp, StoryFailed
from backend.demo.stage import Stage, expect, require

TOLD_WITHIN_SECONDS: Final = 10.0
SEATS: Final = 2
BUYER: Final = {"holderName": "Fionn Daly", "holderEmail": "fionn@example.com"}
RIVAL: Final = {"holderName": "Orla Kerr", "holderEmail": "orla@example.com"}
# The smallest picture there is: one grey pixel.
PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


@dataclass(slots=True)
class Sale:
    """Two buyers want the same seats, a third person looks on, and the desk confirms."""

    stage: Stage
    event_slug: str

    def play(self) -> None:
        """Raises StoryFailed at the first step that ends wrong."""
        self.stage.console.rule("[bold]Seats are sold")
        app = GuestApp(self.stage.base_url)
        labels, version = self._look(app)
        watcher = _Watcher(self.stage, self.event_slug, version)
        watcher.open()
        with self.stage.step(f"Two people chose {' and '.join(labels)}; both may"):
            order, rival = self._choose(app, labels, BUYER), self._choose(app, labels, RIVAL)
        with self.stage.step("The first one showed the payment: booked"):
            paid = expect(self._pay(app, order), "SeatOrder")
        require(paid["status"] == "AWAITING_REVIEW", "The order does not await its review.")
        with self.stage.step("Whoever looked on saw it, told by the subscription"):
            watcher.wait_for(version + 1, dict.fromkeys(labels, "BOOKED"))
        with self.stage.step("The second one was told which seats are gone"):
            refused = expect(self._pay(app, rival), "SeatsTakenProblem")
        require(sorted(refused["labels"]) == sorted(labels), "Other seats were named.")
        self._confirm(paid)

    def _look(self, app: GuestApp) -> tuple[list[str], int]:
        with self.stage.step("Read the seat map"):
            chart = app.ask(documents.SEAT_MAP, eventSlug=self.event_slug)
        free = [seat["label"] for seat in chart["seats"] if seat["status"] == "AVAILABLE"]
        require(len(free) >= SEATS, "The event is sold out.")
        return free[:SEATS], chart["version"]

    def _choose(self, app: GuestApp, labels: list[str], holder: dict[str, str]) -> Answer:
        choice = {"eventSlug": self.event_slug, "labels": labels, **holder}
        return expect(app.ask(documents.SELECT_SEATS, input=choice), "SeatOrder")

    def _pay(self, app: GuestApp, order: Answer) -> Answer:
        proof = {"orderToken": order["token"], "file": None}
        return app.ask_with_file(documents.SUBMIT_PROOF, PICTURE, input=proof)

    def _confirm(self, order: Answer) -> None:
        desk = GuestApp(self.stage.base_url, staff_token=self.stage.staff_token)
        review = {
            "orderNumber": order["orderNumber"],
            "approve": True,
            "expectedVersion": order["version"],
        }
        with self.stage.step("The desk looked at the payment and confirmed the order"):
            confirmed = expect(desk.ask(documents.REVIEW, input=review), "SeatOrder")
        require(confirmed["status"] == "CONFIRMED", "The order is not confirmed.")


class _Watcher:
    """Somebody who looks at the map while others buy, in a thread of their own."""

    def __init__(self, stage: Stage, event_slug: str, version: int) -> None:
        self._stage = stage
        self._names = {"eventSlug": event_slug, "afterVersion": version}
        self._seen: queue.Queue[Answer | Exception] = queue.Queue()
        self._is_open = threading.Event()

    def open(self) -> None:
        """Return once the watcher looks on."""
        threading.Thread(target=self._look_on, name="demo-watcher", daemon=True).start()
        require(self._is_open.wait(TOLD_WITHIN_SECONDS), "The watcher's socket did not open.")

    def _look_on(self) -> None:
        try:
            app = GuestApp(self._stage.base_url)
            for update in app.watch(
                documents.SEAT_UPDATES, on_open=self._is_open.set, **self._names
            ):
                self._seen.put(update)
        except Exception as error:  # whatever it was, the scene must hear of it
            self._seen.put(error)

    def wait_for(self, version: int, states: dict[str, str]) -> None:
        """Raises StoryFailed when the next update is another one, or does not come in time."""
        try:
            update = self._seen.get(timeout=TOLD_WITHIN_SECONDS)
        except queue.Empty:
            raise StoryFailed("Nobody was told that the seats are booked.") from None
        if isinstance(update, Exception):
            raise StoryFailed(f"The watcher's socket failed: {update}") from update
        seen = {seat["label"]: seat["status"] for seat in update["seats"]}
        require(
            (update["version"], seen) == (version, states),
            f"The watcher saw version {update['version']} with {seen}.",
        )
