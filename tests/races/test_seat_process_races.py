"""Buyers, holders and reviewers who race through two server processes.

Each race has a twin with what stands against it taken away: there it is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from apps.seating.changes import current_version
from apps.seating.models import PaymentProof, SeatAllocation, SeatingEvent, SeatOrder
from apps.seating.selectors import OpenOrder
from apps.seating.services.payments import submit_payment_proof
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.backend.serving import serving
from tests.background import at_once
from tests.common.processes import environ_on_test_database
from tests.factories.seating import HOLDER, SeatingEventFactory, choose, picture
from tests.factories.staff import works_at
from tests.races.test_seat_races import assert_consistent, sold_twice
from tests.races.test_seat_races import proof_dir as proof_dir
from tests.races.test_seat_races import without_constraint as without_constraint

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds: a generous end, never an expectation
BUYERS = 8

Doors = Sequence[str]


def doors_to(application: str, directory: Path) -> Iterator[Doors]:
    """Serve the application from two processes; yields where they are."""
    environ = {**environ_on_test_database(), "RATE_LIMIT_SEATING": "0"}
    with ExitStack() as servers:
        served = [
            servers.enter_context(
                serving(
                    environ=environ, log=directory / f"server-{place}.log", application=application
                )
            )
            for place in range(2)
        ]
        yield [f"http://127.0.0.1:{server.port}" for server in served]


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """Two processes of the product."""
    yield from doors_to("backend.asgi:application", tmp_path)


@pytest.fixture
def careless_doors(tmp_path: Path) -> Iterator[Doors]:
    """Two processes without a lock on orders."""
    yield from doors_to("tests.races.careless_server:application", tmp_path)


def post(door: str, path: str, **more: Any) -> str:
    """Return the code of a refusal, or the status of the order."""
    with requests.Session() as session:
        session.trust_env = False  # a server on this machine is not behind a proxy
        answer = session.post(f"{door}{path}", timeout=PATIENCE, **more)
    body = answer.json()
    return str(body["order"]["status"] if "order" in body else body["error"]["code"])


def race(doors: Doors, *calls: Callable[[str], str]) -> Counter[str]:
    """Make the calls at once, by turns to each process; return how often each answer came."""
    results = at_once(
        *[lambda n=n, call=call: call(doors[n % len(doors)]) for n, call in enumerate(calls)],
        timeout=PATIENCE,
    )
    assert all(isinstance(result, str) for result in results), results
    return Counter(results)


def paying(opened: OpenOrder, shade: int = 7) -> Callable[[str], str]:
    path = f"/api/seating/orders/{opened.token}/payment-proof/"
    return lambda door: post(door, path, files={"file": picture(shade=shade)})


def holding(event: SeatingEvent, *labels: str) -> Callable[[str], str]:
    path = f"/api/seating/events/{event.slug}/orders/"
    body = {"labels": labels, "holder_name": HOLDER.name, "holder_email": HOLDER.email}
    return lambda door: post(door, path, json=body)


def reviewing(opened: OpenOrder, token: str, *, approve: bool) -> Callable[[str], str]:
    event = opened.order.event
    path = (
        f"/api/staff/hotels/{event.hotel.slug}/seating-events/{event.slug}"
        f"/orders/{opened.order.number}/review/"
    )
    body = {"approve": approve, "reason": "No money", "expected_version": 2}
    headers = {"Authorization": f"Bearer {token}"}
    return lambda door: post(door, path, json=body, headers=headers)


# -- one seat, many buyers -------------------------------------------------------------------------


def test_of_many_buyers_one_gets_the_seat(doors: Doors) -> None:
    event = SeatingEventFactory(seats=12)
    orders = [choose(event, "A-1", f"B-{1 + n % 6}") for n in range(BUYERS)]

    answers = race(doors, *[paying(order, n) for n, order in enumerate(orders)])

    assert answers == {"AWAITING_REVIEW": 1, "SEATS_TAKEN": BUYERS - 1}
    assert PaymentProof.objects.count() == 1
    assert_consistent(event)


@pytest.mark.usefixtures("without_constraint")
def test_without_the_constraint_several_get_it(doors: Doors) -> None:
    event = SeatingEventFactory(seats=12)
    orders = [choose(event, "A-1") for _ in range(BUYERS)]

    answers = race(doors, *[paying(order, n) for n, order in enumerate(orders)])

    assert answers["AWAITING_REVIEW"] > 1
    assert sold_twice() == 1


def test_of_many_holders_one_has_the_seat(doors: Doors) -> None:
    event = SeatingEventFactory(seats=12, exclusive=True)

    answers = race(doors, *[holding(event, "A-1", f"B-{n + 1}") for n in range(6)])

    assert answers == {"PENDING": 1, "SEATS_TAKEN": 5}
    assert (sold_twice(), current_version(event.pk)) == (0, 1)
    assert SeatAllocation.objects.filter(status="HELD").count() == 2


@pytest.mark.usefixtures("without_constraint")
def test_without_the_constraint_several_hold_it(careless_doors: Doors) -> None:
    event = SeatingEventFactory(seats=12, exclusive=True)

    answers = race(careless_doors, *[holding(event, "A-1", f"B-{n + 1}") for n in range(6)])

    assert answers["PENDING"] > 1
    assert sold_twice() == 1


# -- one order, many requests ----------------------------------------------------------------------


def test_the_same_proof_four_times_is_the_same_success(doors: Doors) -> None:
    event = SeatingEventFactory(seats=6)
    opened = choose(event, "A-1", "A-2")

    answers = race(doors, *[paying(opened)] * 4)

    assert answers == {"AWAITING_REVIEW": 4}
    assert (PaymentProof.objects.count(), current_version(event.pk)) == (1, 1)
    assert_consistent(event)


def test_without_the_lock_the_same_proof_is_refused(careless_doors: Doors) -> None:
    opened = choose(SeatingEventFactory(seats=6), "A-1", "A-2")

    answers = race(careless_doors, *[paying(opened)] * 4)

    assert answers["AWAITING_REVIEW"] < 4


def decisions(opened: OpenOrder) -> list[Callable[[str], str]]:
    token = open_login(works_at(opened.order.event.hotel, Role.FRONT_DESK)).token
    return [reviewing(opened, token, approve=n % 2 == 0) for n in range(4)]


@pytest.fixture
def paid(proof_dir: Path) -> OpenOrder:
    """An order that awaits its review, as version 2."""
    opened = choose(SeatingEventFactory(seats=6), "A-1")
    return submit_payment_proof(order_token=opened.token, file=picture())


def test_of_contrary_reviews_one_counts(doors: Doors, paid: OpenOrder) -> None:
    answers = race(doors, *decisions(paid))

    assert answers["STALE_VERSION"] == 3, answers
    assert answers["CONFIRMED"] + answers["REJECTED"] == 1
    assert SeatOrder.objects.get().version == 3
    assert_consistent(paid.order.event)


def test_without_the_lock_contrary_reviews_count_both(
    careless_doors: Doors, paid: OpenOrder
) -> None:
    answers = race(careless_doors, *decisions(paid))

    assert answers["STALE_VERSION"] < 3
