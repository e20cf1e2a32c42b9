"""The desk: takes people in, moves them, checks them out, takes that back, and readies rooms."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty
from typing import Any, Final

from backend.demo import documents
from tests.chaos.callers import Refused
from tests.chaos.draws import draws_of
from tests.chaos.load import documents as more
from tests.chaos.world import House, World

STAYS: Final = 0.3  # the share of guests who stay in house until the end
MOVES: Final = 0.35
LEAVES_TWICE: Final = 0.3  # two people at the desk, or a double click
COMES_BACK: Final = 0.35
TURNOVER: Final = ("CLEANING_IN_PROGRESS", "CLEANED_UNINSPECTED", "READY_FOR_GUEST")


class Desk:
    """One hotel's desk. Each stay is in one pair of hands at a time."""

    def __init__(self, world: World, house: House, walk_ins: Sequence[tuple[str, str]]) -> None:
        """``walk_ins``: arrivals that check in here, not online."""
        self.name = f"desk-{house.slug}"
        self._world, self._house = world, house
        self._walk_ins = [booking_id for booking_id, _ in walk_ins]
        self._random = draws_of(world.seed, self.name)
        self._caller = world.staff(house)

    def run(self) -> None:
        """Work until the run closes."""
        while not self._world.closing.is_set():
            if self._walk_ins and self._random.random() < 0.4:
                self._attend(self._take_in(self._walk_ins.pop()))
                continue
            try:
                self._attend(self._house.in_house.get(timeout=0.3))
            except Empty:
                continue

    def _take_in(self, booking_id: str) -> str:
        self._do("checkInBooking", more.CHECK_IN, booking_id)
        self._promise_stay(booking_id, "in house")
        return booking_id

    def _attend(self, booking_id: str) -> None:
        if self._house.spare_rooms and self._random.random() < MOVES:
            self._move(booking_id)
        if self._random.random() < STAYS:
            return
        self._check_out(booking_id)
        if self._random.random() < COMES_BACK:
            self._undo(booking_id)
            if self._random.random() < STAYS:
                return
            self._check_out(booking_id)

    def _move(self, booking_id: str) -> None:
        left = self._room_of(booking_id)
        target = self._house.spare_rooms.pop()
        booking = self._house.name_of(booking_id)
        self._world.ledger.reopen("room", booking)
        self._do("moveBooking", more.MOVE, booking_id, roomNumber=target)
        self._world.ledger.promise("room", booking, target)
        self._make_ready(left)
        self._house.spare_rooms.insert(0, left)

    def _check_out(self, booking_id: str) -> None:
        booking = self._house.name_of(booking_id)
        for what in ("stay", "PIN", "room"):
            self._world.ledger.reopen(what, booking)
        times = 2 if self._random.random() < LEAVES_TWICE else 1
        with ThreadPoolExecutor(times) as hands:
            done = [
                hands.submit(self._do, "checkOutBooking", documents.CHECK_OUT, booking_id)
                for _ in range(times)
            ]
            for one in done:
                one.result()
        self._promise_stay(booking_id, "left")

    def _undo(self, booking_id: str) -> None:
        self._world.ledger.reopen("stay", self._house.name_of(booking_id))
        try:
            self._do(
                *("undoCheckOut", more.UNDO, booking_id),
                expects=("UNDO_NOT_ALLOWED",),
                reason="They are still here.",
            )
        except Refused as refusal:
            # After an answer that was lost, the second one says that there is nothing to undo.
            if not refusal.may_have_been_done:
                raise
        self._promise_stay(booking_id, "in house")

    def _make_ready(self, number: str) -> None:
        for status in TURNOVER:
            given = {"hotelSlug": self._house.slug, "roomNumber": number, "status": status}
            # After an answer that was lost, the room is there already.
            refused = ("INVALID_ROOM_TRANSITION",)
            try:
                self._caller.ask("setRoomStatus", more.ROOM, expects=refused, input=given)
            except Refused as refusal:
                if not refusal.may_have_been_done:
                    raise

    def _room_of(self, booking_id: str) -> str:
        asked = {"slug": self._house.slug, "search": booking_id}
        edges = self._caller.ask("bookings", more.STAY, **asked)["edges"]
        nodes = [edge["node"] for edge in edges if edge["node"]["bookingId"] == booking_id]
        return str(nodes[0]["assignedRoom"]["number"])

    def _promise_stay(self, booking_id: str, value: str) -> None:
        self._world.ledger.promise("stay", self._house.name_of(booking_id), value)

    def _do(
        self,
        kind: str,
        document: str,
        booking_id: str,
        *,
        expects: tuple[str, ...] = (),
        **given: Any,
    ) -> Any:
        whole = {"hotelSlug": self._house.slug, "bookingId": booking_id, **given}
        return self._caller.ask(kind, document, expects=expects, input=whole)
