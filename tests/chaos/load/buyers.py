"""Buyers of seats who want the same ones, and the hotel's people who look at their proofs."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from queue import Empty
from typing import Any, Final

from backend.demo import documents
from bench.pictures import heavy, png
from tests.chaos.callers import Answer, Refused
from tests.chaos.draws import draws_of
from tests.chaos.world import House, World

EVENTS: Final = "/api/seating/events"
ORDERS: Final = "/api/seating/orders"
NARROW: Final = 12  # everybody picks among the first so many free seats
GIVES_UP: Final = 0.15
AT_ONCE: Final = 4
ALL_AT_ONCE: Final = 0.25
LARGE: Final = 0.2  # the share of proofs that servers keep in a file while they arrive
REJECTS: Final = 0.3
PAUSE_SECONDS: Final = 1.0
GONE: Final = ("SEATS_TAKEN",)


class Buyers:
    """People who buy one after the other."""

    def __init__(self, world: World, house: House, place: int) -> None:
        self.name = f"buyers-{house.slug}-{place}"
        self._world, self._house, self._ledger = world, house, world.ledger
        self._random = draws_of(world.seed, self.name)
        self._caller = world.guest()

    def run(self) -> None:
        """Buy until the run closes, or nothing is left."""
        while not self._world.closing.wait(PAUSE_SECONDS):
            free = self._free_seats()
            if free:
                self._buy(self._some_of(free))

    def _free_seats(self) -> list[str]:
        seats = self._caller.ask("seatMap", documents.SEAT_MAP, eventSlug=self._house.event)
        return [seat["label"] for seat in seats["seats"] if seat["status"] == "AVAILABLE"]

    def _some_of(self, free: list[str]) -> list[str]:
        narrow = free[:NARROW]
        return self._random.sample(narrow, min(len(narrow), self._random.randint(1, 3)))

    def _buy(self, labels: list[str]) -> None:
        order = self._choose(labels)
        if order is None:
            return
        number, token = order["order_number"], order["token"]
        while not self._prove(token):
            others = self._free_seats()
            if not others or not self._choose_others(token, self._some_of(others)):
                break
        else:
            self._ledger.promise("order", number, "AWAITING_REVIEW")
            self._house.submitted.put(number)
            return
        with contextlib.suppress(Refused):  # after an answer that was lost, it is given up already
            self._caller.rest("give up", "DELETE", f"{ORDERS}/{token}/", expects=("ORDER_CLOSED",))
        self._ledger.promise("order", number, "RELEASED")

    def _choose(self, labels: list[str]) -> Any:
        body = {"labels": labels, "holder_name": "Nora Quinn", "holder_email": "nora@example.com"}
        path = f"{EVENTS}/{self._house.event}/orders/"
        try:
            answer = self._caller.rest("choose seats", "POST", path, json=body, expects=GONE)
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
            return None
        return answer.body["order"]

    def _choose_others(self, token: str, labels: list[str]) -> bool:
        if self._random.random() < GIVES_UP:
            return False
        path = f"{ORDERS}/{token}/seats/"
        try:
            self._caller.rest("choose others", "PUT", path, json={"labels": labels}, expects=GONE)
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
        return True

    def _prove(self, token: str) -> bool:
        """Send the proof, now and then four times at once; False: some seats are gone."""
        shade = self._random.randrange(2**24)
        times = AT_ONCE if self._random.random() < ALL_AT_ONCE else 1
        with ThreadPoolExecutor(times) as hands:
            sent = [hands.submit(self._submit, token, shade) for _ in range(times)]
            answers = [one.result() for one in sent]
        # A rejection of somebody else's between two of them may let the later one through.
        return any(answer is not None for answer in answers)

    def _submit(self, token: str, shade: int) -> Answer | None:
        is_large = shade % 100 < LARGE * 100
        picture = heavy(png(shade=shade)) if is_large else png(shade=shade)
        files = {"file": ("proof.png", picture, "image/png")}
        path = f"{ORDERS}/{token}/payment-proof/"
        try:
            return self._caller.rest("submit proof", "POST", path, files=files, expects=GONE)
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
            return None


class Reviewers:
    """Looks at one hotel's proofs; some are no good."""

    def __init__(self, world: World, house: House) -> None:
        self.name = f"reviewers-{house.slug}"
        self._world, self._house, self._ledger = world, house, world.ledger
        self._random = draws_of(world.seed, self.name)
        self._caller = world.staff(house)

    def run(self) -> None:
        """Review until the run closes."""
        while not self._world.closing.is_set():
            try:
                number = self._house.submitted.get(timeout=0.3)
            except Empty:
                continue
            self._review(number, approve=self._random.random() > REJECTS)

    def _review(self, number: str, *, approve: bool) -> None:
        self._ledger.reopen("order", number)
        given: dict[str, Any] = {"orderNumber": number, "eventSlug": self._house.event}
        given |= {"approve": approve, "reason": "Not readable."}
        try:
            self._caller.ask(
                "reviewPayment", documents.REVIEW, expects=("ORDER_CLOSED",), input=given
            )
        except Refused as refusal:
            if not refusal.may_have_been_done:
                raise
        self._ledger.promise("order", number, "CONFIRMED" if approve else "REJECTED")
