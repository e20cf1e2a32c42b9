"""Who is next at a gateway: guests who wait, then codes that must leave, then everything else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.locks.models import AccessCode, AccessHistory, Gateway, Lock
from apps.locks.services.gateway_queue import (
    OVERDUE_AFTER,
    Turn,
    in_order,
    next_on_same_gateway,
)
from apps.locks.services.grants import revoke_access
from apps.locks.states import CodeKind, CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import (
    AccessCodeFactory,
    AccessGrantFactory,
    GatewayFactory,
    LockAccountFactory,
    LockFactory,
)
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import after
from tests.locks.test_grants import ask, request_for

pytestmark = pytest.mark.django_db
SET, REMOVED = "set", "removed"
LONG_AGO, JUST_NOW = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def gateway() -> Gateway:
    gateway: Gateway = GatewayFactory(account=LockAccountFactory(), vendor_gateway_id=1)
    return gateway


@pytest.fixture
def lock(gateway: Gateway) -> Lock:
    """An even number: the simulator hangs it on gateway 1."""
    lock: Lock = LockFactory(account=gateway.account, vendor_lock_id=1_700_000, gateways=[gateway])
    return lock


def code_of(lock: Lock, *, place: int = 0, grant: dict[str, Any], **fields: Any) -> AccessCode:
    """A code that is due on ``lock``; ``place`` keeps digits and instants apart."""
    now = timezone.now()
    owner = AccessGrantFactory(account=lock.account, pin=f"{5050 + place}", **grant)
    defaults = {"due_at": now - JUST_NOW, "asked_at": now - JUST_NOW}
    code: AccessCode = AccessCodeFactory(grant=owner, lock=lock, **{**defaults, **fields})
    return code


def turn_of(code: AccessCode, *, was_removal: bool = False) -> Turn:
    codes = AccessCode.objects.filter(pk=code.pk)
    now = timezone.now()
    overdue_since = now - OVERDUE_AFTER
    found = in_order(codes, now=now, overdue_since=overdue_since, was_removal=was_removal)
    return Turn(found.values_list("turn", flat=True).get())


WAITING = {"state": GrantState.WAITING}
FAILED = {"state": GrantState.FAILED}
GIVEN_UP = {"state": GrantState.FAILED, "is_given_up": True}
READY = {"state": GrantState.READY}
ENDED = {"state": GrantState.ENDED}
POOL = {"state": GrantState.READY, "code_kind": CodeKind.BACKUP}
OLD_POOL = {"state": GrantState.ENDED, "code_kind": CodeKind.BACKUP}
ON_THE_LOCK = {"state": CodeState.SET, "vendor_code_id": 77}


@pytest.mark.parametrize(
    ("grant", "code", "turn"),
    [
        pytest.param(WAITING, {"state": "PENDING"}, Turn.GUEST, id="a guest waits"),
        pytest.param(WAITING, {"state": "DELAYED"}, Turn.GUEST, id="a guest waits for long"),
        pytest.param(FAILED, {"state": "FAILED"}, Turn.GUEST, id="a guest was told to call"),
        pytest.param(WAITING, {"state": "REMOVING"}, Turn.GUEST, id="it blocks the new code"),
        pytest.param(READY, {"state": "FAILED"}, Turn.COMFORT, id="the guest has another code"),
        pytest.param(READY, ON_THE_LOCK, Turn.COMFORT, id="other hours"),
        pytest.param(ENDED, {"state": "REMOVING"}, Turn.REMOVAL, id="the guest left"),
        pytest.param(READY, {"state": "REMOVING"}, Turn.REMOVAL, id="the guest moved"),
        pytest.param(GIVEN_UP, {"state": "REMOVING"}, Turn.REMOVAL, id="given up"),
        pytest.param(POOL, {"state": "PENDING"}, Turn.POOL, id="pool"),
        pytest.param(OLD_POOL, {"state": "REMOVING"}, Turn.POOL, id="pool rotated"),
    ],
)
def test_whose_turn_a_visit_is(
    lock: Lock, grant: dict[str, Any], code: dict[str, Any], turn: Turn
) -> None:
    assert turn_of(code_of(lock, grant=grant, **code)) is turn


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "turn"),
    [
        pytest.param(2, 48, Turn.GUEST, id="came early, was granted it"),
        pytest.param(-48, -1, Turn.GUEST, id="stays on after the old end"),
        pytest.param(-48, 2, Turn.COMFORT, id="will stay on"),
    ],
)
def test_a_guest_whom_the_old_hours_shut_out_waits_at_the_door(
    lock: Lock, starts_in: int, ends_in: int, turn: Turn
) -> None:
    now = timezone.now()
    hours = {
        "starts_at": now + timedelta(hours=starts_in),
        "ends_at": now + timedelta(hours=ends_in),
    }
    grant = {**READY, "starts_at": now - LONG_AGO}

    assert turn_of(code_of(lock, grant=grant, **ON_THE_LOCK, **hours)) is turn


@pytest.mark.parametrize(
    ("was_removal", "turn"), [(False, Turn.OVERDUE_REMOVAL), (True, Turn.REMOVAL)]
)
def test_an_overdue_removal_goes_first_but_not_twice_in_a_row(
    lock: Lock, was_removal: bool, turn: Turn
) -> None:
    asked_at = timezone.now() - LONG_AGO
    code = code_of(lock, grant=ENDED, state=CodeState.REMOVING, asked_at=asked_at)

    assert turn_of(code, was_removal=was_removal) is turn


def test_within_a_turn_the_nearest_arrival_and_the_longest_wait_go_first(lock: Lock) -> None:
    now = timezone.now()
    pool = code_of(lock, place=0, grant=POOL, due_at=now - timedelta(days=9))
    guests = [
        code_of(lock, place=1 + days, grant={**WAITING, "starts_at": now + timedelta(days=days)})
        for days in (3, 1, 2)
    ]
    leaving = [
        code_of(
            lock,
            place=5 + seconds,
            grant={**ENDED, "starts_at": now - timedelta(days=seconds)},
            state=CodeState.REMOVING,
            due_at=now - timedelta(seconds=seconds),
        )
        for seconds in (1, 3, 2)
    ]
    owed = in_order(
        AccessCode.objects.all(), now=now, overdue_since=now - OVERDUE_AFTER, was_removal=False
    )

    wanted = [guests[1], guests[2], guests[0], leaving[1], leaving[2], leaving[0], pool]
    assert [code.pk for code in owed] == [code.pk for code in wanted]


def test_only_what_needs_this_gateway_is_called_forward(lock: Lock) -> None:
    other = GatewayFactory(account=lock.account)
    far = LockFactory(account=lock.account, gateways=[other])
    done = code_of(lock, grant=READY, due_at=None)
    code_of(far, place=1, grant=WAITING)
    code_of(lock, place=2, grant=WAITING, kind=CodeKind.OFFLINE)
    assert next_on_same_gateway(done) is None

    used = code_of(lock, place=3, grant=ENDED, kind=CodeKind.OFFLINE, state=CodeState.REMOVING)
    assert next_on_same_gateway(done) == str(used.pk)


def done_after(line: int) -> list[str]:
    """What the gateway's commands brought about since, in their order."""
    lines = AccessHistory.objects.filter(pk__gt=line, event__in=[SET, REMOVED])
    return list(lines.order_by("pk").values_list("event", flat=True))


def last_line() -> int:
    return AccessHistory.objects.latest("pk").pk


@pytest.fixture
def leaving(lock_cloud: LockCloud, lock: Lock) -> None:
    """Three guests have left; their codes are still on the door."""
    grants = [ask(request_for([lock], holder=f"tests:gone:{n}")) for n in range(3)]
    run_due_jobs()
    for grant in grants:
        revoke_access(holder=grant.holder, actor="tests", reason="They left.")


def let_three_come(lock: Lock) -> None:
    for n in range(3):
        ask(request_for([lock], holder=f"tests:come:{n}"))


def test_guests_and_overdue_removals_take_turns_at_a_gateway(leaving: None, lock: Lock) -> None:
    line = last_line()
    with after(seconds=8):
        let_three_come(lock)
        run_due_jobs()

    assert done_after(line) == [REMOVED, SET] * 3


def test_guests_go_before_removals_that_have_time(leaving: None, lock: Lock) -> None:
    """Whoever finds the gateway idle takes it; from then on it is guests first."""
    line = last_line()
    with time_machine.travel(timezone.now(), tick=False):
        let_three_come(lock)
        run_due_jobs()

    done = done_after(line)
    assert sorted(done) == [REMOVED] * 3 + [SET] * 3
    assert done[-2:] == [REMOVED] * 2
