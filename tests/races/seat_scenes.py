"""Scenes of a sale in which somebody comes in the midst of somebody else's command.

Each plays at real server processes and returns what is wrong afterwards, in words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from apps.seating.models import SeatingEvent, SeatOrder
from apps.seating.selectors import OpenOrder
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.background import run_due_jobs
from tests.factories.seating import HOLDER, SeatingEventFactory, choose, picture
from tests.factories.staff import works_at
from tests.races.midway import BROKEN, Call, Doors
from tests.races.test_seat_races import assert_consistent

ORDER: Final = "seating_seatorder"
ALLOCATION: Final = "seating_seatallocation"
SEAT: Final = "seating_seat"

Scene = Callable[[Doors], list[str]]

# -- what is done ----------------------------------------------------------------------------------


def sale(**more: Any) -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=6, **more)
    return made


def hold(event: SeatingEvent, *labels: str) -> Call:
    body = {"labels": labels, "holder_name": HOLDER.name, "holder_email": HOLDER.email}
    return Call(path=f"/api/seating/events/{event.slug}/orders/", body=body)


def pay(opened: OpenOrder, shade: int = 7) -> Call:
    path = f"/api/seating/orders/{opened.token}/payment-proof/"
    return Call(path=path, file=picture(shade=shade).getvalue())


def give_up(opened: OpenOrder) -> Call:
    return Call(method="DELETE", path=f"/api/seating/orders/{opened.token}/")


def choose_others(opened: OpenOrder, *labels: str) -> Call:
    path = f"/api/seating/orders/{opened.token}/seats/"
    return Call(method="PUT", path=path, body={"labels": labels})


def desk(event: SeatingEvent, path: str, **body: Any) -> Call:
    token = open_login(works_at(event.hotel, Role.MANAGER)).token
    whole = f"/api/staff/hotels/{event.hotel.slug}/seating-events/{event.slug}/{path}/"
    return Call(path=whole, body=body, token=token)


def review(opened: OpenOrder, *, approve: bool) -> Call:
    path = f"orders/{opened.order.number}/review"
    return desk(opened.order.event, path, approve=approve, reason="No money")


def paid(event: SeatingEvent, *labels: str) -> OpenOrder:
    return submit_payment_proof(order_token=choose(event, *labels).token, file=picture(shade=9))


def expire(_address: str) -> str:
    """A worker does what is due; here it is the test's own process."""
    run_due_jobs()
    return ""


# -- what may not come of it -----------------------------------------------------------------------


def wrong_with(event: SeatingEvent, answers: list[str]) -> list[str]:
    """Return what is wrong with the answers and with the books, in words."""
    wrong = [f"answered {code}" for code in answers if code in BROKEN]
    try:
        assert_consistent(event)
    except AssertionError as error:
        wrong.append(f"the books: {error}")
    return wrong


def both_succeed(answers: list[str]) -> list[str]:
    return ["both had it"] if answers == ["", ""] else []


# -- the scenes ------------------------------------------------------------------------------------


def a_holder_beside_a_holder(doors: Doors) -> list[str]:
    event = sale(exclusive=True)
    answers = doors.midway(hold(event, "A-1", "A-2"), hold(event, "A-2", "A-3"), at=ALLOCATION)
    return wrong_with(event, answers) + both_succeed(answers)


def a_buyer_beside_a_buyer(doors: Doors) -> list[str]:
    event = sale()
    one, other = choose(event, "A-1", "A-2"), choose(event, "A-2", "A-3")
    answers = doors.midway(pay(one, 1), pay(other, 2), at=ALLOCATION)
    return wrong_with(event, answers) + both_succeed(answers)


def a_buyer_beside_an_offer(doors: Doors) -> list[str]:
    """A seat is offered to one who waits, while it is paid for by one who chose it before."""
    event = sale()
    buyer, first = choose(event, "A-1"), paid(event, "A-1")
    join_waiting_list(WaitingRequest(event_slug=event.slug, quantity=1, holder=HOLDER))
    paid(event, "A-2", "A-3", "A-4", "A-5", "A-6")
    answers = doors.midway(review(first, approve=False), pay(buyer), at=SEAT)
    return wrong_with(event, answers)


def the_same_proof_again(doors: Doors) -> list[str]:
    event = sale()
    opened = choose(event, "A-1", "A-2")
    answers = doors.midway(pay(opened), pay(opened), at=ORDER)
    return wrong_with(event, answers) + [code for code in answers if code]


def giving_up_beside_a_proof(doors: Doors) -> list[str]:
    event = sale()
    opened = choose(event, "A-1")
    answers = doors.midway(pay(opened), give_up(opened), at=ORDER)
    return wrong_with(event, answers) + both_succeed(answers)


def a_proof_beside_giving_up(doors: Doors) -> list[str]:
    event = sale(exclusive=True)
    opened = choose(event, "A-1")
    answers = doors.midway(give_up(opened), pay(opened), at=ORDER)
    return wrong_with(event, answers) + both_succeed(answers)


def a_proof_beside_other_seats(doors: Doors) -> list[str]:
    event = sale()
    opened = choose(event, "A-1")
    answers = doors.midway(choose_others(opened, "A-2"), pay(opened), at=ORDER)
    return wrong_with(event, answers)


def an_expiry_beside_a_proof(doors: Doors) -> list[str]:
    event = sale()
    opened = choose(event, "A-1")
    soon = timezone.now() + timedelta(seconds=2)
    SeatOrder.objects.filter(pk=opened.order.pk).update(expires_at=soon, due_at=soon)
    answers = doors.midway(pay(opened), expire, at=ALLOCATION, not_before=soon)
    return wrong_with(event, answers)


def a_buyer_beside_a_block(doors: Doors) -> list[str]:
    event = sale()
    opened = choose(event, "A-1")
    block = desk(event, "seats/block", labels=["A-1"], reason="Camera")
    answers = doors.midway(block, pay(opened), at=ALLOCATION)
    return wrong_with(event, answers) + both_succeed(answers)


def a_block_beside_a_holder(doors: Doors) -> list[str]:
    event = sale(exclusive=True)
    block = desk(event, "seats/block", labels=["A-1"], reason="Camera")
    answers = doors.midway(hold(event, "A-1"), block, at=ALLOCATION)
    return wrong_with(event, answers) + both_succeed(answers)


def a_refusal_beside_an_approval(doors: Doors) -> list[str]:
    event = sale()
    opened = paid(event, "A-1")
    yes, no = (review(opened, approve=approve) for approve in (True, False))
    return wrong_with(event, doors.midway(yes, no, at=ORDER))


# A lock and the constraint stand against these: their twins have neither.
BY_CONSTRAINT: Final[list[Scene]] = [
    a_holder_beside_a_holder,
    a_buyer_beside_a_buyer,
    a_buyer_beside_an_offer,
]
BY_LOCK: Final[list[Scene]] = [
    the_same_proof_again,
    giving_up_beside_a_proof,
    a_proof_beside_giving_up,
    a_proof_beside_other_seats,
    an_expiry_beside_a_proof,
    a_buyer_beside_a_block,
    a_block_beside_a_holder,
    a_refusal_beside_an_approval,
]
