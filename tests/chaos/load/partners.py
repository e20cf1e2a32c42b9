"""A partner's system: makes reservations once, changes them if nobody else has, cancels some."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tests.chaos.callers import Answer, Refused
from tests.chaos.draws import draws_of
from tests.chaos.world import World

RESERVATIONS: Final = "/api/partner/v1/reservations/"
AHEAD: Final = timedelta(days=40)
ASKS_AGAIN: Final = 0.2
UPSERTS: Final = 0.5
CANCELS: Final = 0.15
CHANGES: Final = 3
PAUSE_SECONDS: Final = 1.0


class Pms:
    """One partner's system; each reservation of its is its own alone."""

    def __init__(self, world: World, place: int) -> None:
        self.name = f"pms-{place}"
        self._world, self._ledger = world, world.ledger
        self._random = draws_of(world.seed, self.name)
        self._caller = world.partner()

    def run(self) -> None:
        """Make and change reservations until the run closes."""
        made = 0
        while not self._world.closing.wait(PAUSE_SECONDS):
            made += 1
            house = self._random.choice(self._world.houses)
            self._live_through(house.slug, f"{self.name}-{made}")

    def _live_through(self, hotel: str, reference: str) -> None:
        arrival = datetime.now(UTC).date() + AHEAD
        body = {
            "hotel": hotel,
            "booking_reference": reference,
            "check_in_date": arrival.isoformat(),
            "check_out_date": (arrival + timedelta(days=2)).isoformat(),
            "guest": {"full_name": "Aoife Byrne", "email": "aoife@example.com"},
        }
        tag = self._make(body)
        for days in range(3, 3 + self._random.randrange(CHANGES)):
            tag = self._change(hotel, reference, tag, arrival + timedelta(days=days))
        if self._random.random() < CANCELS:
            self._cancel(hotel, reference)

    def _make(self, body: dict[str, Any]) -> str:
        if self._random.random() < UPSERTS:
            return self._upsert(body)
        key = {"Idempotency-Key": f"make-{body['booking_reference']}"}
        answer = self._caller.rest("POST reservation", "POST", RESERVATIONS, json=body, headers=key)
        if self._random.random() < ASKS_AGAIN:
            again = self._caller.rest("POST again", "POST", RESERVATIONS, json=body, headers=key)
            if again.body != answer.body:
                raise AssertionError("the same key was answered otherwise")
        self._promise(body["hotel"], body["booking_reference"], answer)
        return answer.headers["ETag"]

    def _upsert(self, body: dict[str, Any]) -> str:
        """Send it as it shall be, twice now and then: the second time nothing is new."""
        path = f"{RESERVATIONS}{body['booking_reference']}/?hotel={body['hotel']}"
        answer = self._caller.rest("PUT reservation", "PUT", path, json=body)
        if self._random.random() < ASKS_AGAIN:
            again = self._caller.rest("PUT again", "PUT", path, json=body)
            if again.headers["ETag"] != answer.headers["ETag"]:
                raise AssertionError("the same reservation was changed by what it was already")
        self._promise(body["hotel"], body["booking_reference"], answer)
        return answer.headers["ETag"]

    def _change(self, hotel: str, reference: str, tag: str, departure: date) -> str:
        """Change the departure, if it is as it was; return the new tag."""
        self._ledger.reopen("reservation", f"{hotel}/{reference}")
        path = f"{RESERVATIONS}{reference}/?hotel={hotel}"
        wanted = {"check_out_date": departure.isoformat()}
        try:
            answer = self._caller.rest(
                *("PATCH reservation", "PATCH", path),
                json=wanted,
                headers={"If-Match": tag},
                expects=("PRECONDITION_FAILED",),
            )
        except Refused as refusal:
            # After an answer that was lost: it is ours, for nobody else changes it.
            if not refusal.may_have_been_done:
                raise
            answer = self._caller.rest("GET reservation", "GET", path)
            if answer.body["check_out_date"] != wanted["check_out_date"]:
                raise AssertionError("refused for a change that nobody made") from None
        self._promise(hotel, reference, answer)
        return answer.headers["ETag"]

    def _cancel(self, hotel: str, reference: str) -> None:
        self._ledger.reopen("reservation", f"{hotel}/{reference}")
        path = f"{RESERVATIONS}{reference}/cancel/?hotel={hotel}"
        key = {"Idempotency-Key": f"cancel-{reference}"}
        answer = self._caller.rest("cancel reservation", "POST", path, headers=key)
        self._promise(hotel, reference, answer)

    def _promise(self, hotel: str, reference: str, answer: Answer) -> None:
        shown = f"{answer.body['status']} until {answer.body['check_out_date']}"
        self._ledger.promise("reservation", f"{hotel}/{reference}", shown)
