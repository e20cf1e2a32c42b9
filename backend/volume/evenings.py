"""Events with their seats, and the orders that have them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from apps.seating.models import (
    PaymentProof,
    Seat,
    SeatAllocation,
    SeatChange,
    SeatingEvent,
    SeatOrder,
    Section,
    WaitingListEntry,
)
from apps.seating.proof_storage import keep_file
from apps.seating.services.order_rows import NUMBER_LETTERS
from apps.seating.states import AllocationStatus, OrderStatus, SeatStatus, Verdict
from backend.volume.houses import House
from backend.volume.people import somebody
from backend.volume.sheets import Sheets

SEATS_IN_ROW: Final = 25
LARGEST: Final = 500  # seats of an event
PRICE: Final = Decimal("30.00")
# What becomes of the seats of an event, as orders come in: a round of outcomes.
OUTCOMES: Final = (
    *(OrderStatus.CONFIRMED,) * 7,
    OrderStatus.EXPIRED,
    OrderStatus.PENDING,
    OrderStatus.AWAITING_REVIEW,
)
SHARE_LEFT: Final = 0.2  # of the seats nobody has asked for
MOST_AT_ONCE: Final = 4
REMEMBERED: Final = 50  # versions that the log still tells of
WAITING: Final = 5
PROOF: Final = b"\x89PNG\r\n\x1a\n"


def add_events(sheets: Sheets, house: House, seats: int) -> None:
    """Add so many seats at a hotel, in events of some hundreds; every other event is over."""
    for place, start in enumerate(range(0, seats, LARGEST)):
        is_over = place % 2 == 1
        starts_at = house.now + timedelta(days=-30 - place if is_over else 30 + place)
        _Event(sheets, house, place, starts_at).fill(min(LARGEST, seats - start))


class _Event:
    def __init__(self, sheets: Sheets, house: House, place: int, starts_at: datetime) -> None:
        self._sheets, self._house = sheets, house
        self._starts_at = starts_at
        self._slug = f"{house.hotel.slug}-evening-{place}"
        self._sold_until = min(house.now, starts_at - timedelta(days=1))
        self._key = 0
        self._changes: list[list[tuple[int, str, str]]] = []

    def fill(self, count: int) -> None:
        seats = [(f"{row}-{number}", row, number) for row, number in map(_place, range(count))]
        # The number of versions is a column of the event, and known when the orders are.
        self._key = self._sheets[SeatingEvent].next_number()
        keys = self._seats(seats)
        left = [(key, label) for key, (label, _, _) in zip(keys, seats, strict=True)]
        outcomes = 0
        while len(left) > count * SHARE_LEFT:
            size = self._house.random.randint(1, MOST_AT_ONCE)
            taken, left = left[:size], left[size:]
            self._order(taken, OUTCOMES[outcomes % len(OUTCOMES)])
            outcomes += 1
        self._sheets[SeatingEvent].add(
            id=self._key,
            hotel_id=self._house.hotel.pk,
            slug=self._slug,
            name="An evening",
            venue="The Ballroom",
            starts_at=self._starts_at,
            seq=len(self._changes),
        )
        self._write_changes()
        for _ in range(WAITING):
            self._wait()

    def _seats(self, seats: Sequence[tuple[str, int, int]]) -> list[int]:
        section = self._sheets[Section].add(event_id=self._key, name="Stalls")
        return [
            self._sheets[Seat].add(
                event_id=self._key,
                section_id=section,
                label=label,
                row=str(row),
                number=number,
                x=number,
                y=row,
                price=PRICE,
            )
            for label, row, number in seats
        ]

    def _order(self, seats: Sequence[tuple[int, str]], status: OrderStatus) -> None:
        if status in (OrderStatus.PENDING, OrderStatus.AWAITING_REVIEW) and self._is_over:
            status = OrderStatus.CONFIRMED
        random, now = self._house.random, self._house.now
        is_paid = status in (OrderStatus.CONFIRMED, OrderStatus.AWAITING_REVIEW)
        is_pending = status == OrderStatus.PENDING
        days = timedelta(minutes=50) if is_pending else timedelta(days=20)
        created_at = self._sold_until - days * random.random()
        expires_at = created_at + timedelta(hours=1)
        due_at = {
            OrderStatus.PENDING: expires_at,
            OrderStatus.AWAITING_REVIEW: now + timedelta(hours=1),
        }.get(status)
        person = somebody(random)
        order = self._sheets[SeatOrder].add(
            event_id=self._key,
            number=_new_number(),
            token_digest=secrets.token_hex(32),
            status=status,
            holder_name=person.name,
            holder_email=person.email,
            created_at=created_at,
            expires_at=expires_at,
            submitted_at=created_at if is_paid else None,
            ended_at=expires_at if status in (OrderStatus.CONFIRMED, OrderStatus.EXPIRED) else None,
            due_at=due_at,
        )
        self._allocate(order, seats, is_paid=is_paid)
        if is_paid:
            self._prove(order, created_at, is_approved=status == OrderStatus.CONFIRMED)

    @property
    def _is_over(self) -> bool:
        return self._starts_at < self._house.now

    def _allocate(self, order: int, seats: Sequence[tuple[int, str]], *, is_paid: bool) -> None:
        state = AllocationStatus.BOOKED if is_paid else AllocationStatus.SELECTED
        for seat, _ in seats:
            self._sheets[SeatAllocation].add(
                order_id=order, seat_id=seat, status=state, price=PRICE
            )
        if is_paid:
            booked = SeatStatus.BOOKED.value
            self._changes.append([(seat, label, booked) for seat, label in seats])

    def _prove(self, order: int, at: datetime, *, is_approved: bool) -> None:
        content = PROOF + order.to_bytes(8)
        self._sheets[PaymentProof].add(
            order_id=order,
            content_hash=secrets.token_hex(32),
            file_name=keep_file(content),
            media_type="image/png",
            size_bytes=len(content),
            submitted_at=at,
            verdict=Verdict.APPROVED if is_approved else Verdict.PENDING,
            reviewed_by="staff:desk" if is_approved else "",
            reviewed_at=at if is_approved else None,
        )

    def _write_changes(self) -> None:
        forgotten = max(0, len(self._changes) - REMEMBERED)
        for version, seats in enumerate(self._changes[forgotten:], start=forgotten + 1):
            self._sheets[SeatChange].add(
                event_id=self._key, version=version, seats=seats, changed_at=self._sold_until
            )

    def _wait(self) -> None:
        person = somebody(self._house.random)
        self._sheets[WaitingListEntry].add(
            event_id=self._key,
            token_digest=secrets.token_hex(32),
            quantity=MOST_AT_ONCE,
            holder_name=person.name,
            holder_email=person.email,
            created_at=self._sold_until,
        )


def _place(index: int) -> tuple[int, int]:
    row, number = divmod(index, SEATS_IN_ROW)
    return row + 1, number + 1


def _new_number() -> str:
    letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
