"""A dead gateway costs a call every now and then, whatever waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.common.models import Alert
from apps.locks.models import AccessCode, AccessGrant, Gateway, Lock, LockAccount
from apps.locks.services.grants import revoke_access
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import GatewayFactory, LockAccountFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import ADD, NO_OFFLINE_CODES, after, state_of
from tests.locks.test_grants import ask, request_for

pytestmark = pytest.mark.django_db
DELETE = "keyboardPwd/delete"


@pytest.fixture
def account() -> LockAccount:
    account: LockAccount = LockAccountFactory()
    return account


@pytest.fixture
def gateway(account: LockAccount) -> Gateway:
    gateway: Gateway = GatewayFactory(account=account, vendor_gateway_id=1)
    return gateway


@pytest.fixture
def locks(lock_cloud: LockCloud, gateway: Gateway) -> list[Lock]:
    """Five doors of one gateway: the simulator hangs even numbers on gateway 1."""
    return [
        LockFactory(account=gateway.account, vendor_lock_id=2_000_000 + 2 * n, gateways=[gateway])
        for n in range(5)
    ]


def ask_each(locks: list[Lock]) -> list[AccessGrant]:
    return [ask(request_for([lock], holder=f"tests:{n}")) for n, lock in enumerate(locks)]


def gateway_alerts() -> list[bool]:
    """Whether each alert about a gateway, in the order they came, is still open."""
    alerts = Alert.objects.filter(kind="gateway_offline").order_by("pk")
    return [alert.closed_at is None for alert in alerts]


def test_many_waiting_codes_cost_one_call_for_each_pause(
    lock_cloud: LockCloud, locks: list[Lock], gateway: Gateway
) -> None:
    lock_cloud.faults(offline_gateways=[1], error_codes=NO_OFFLINE_CODES)
    ask_each(locks)
    with time_machine.travel(timezone.now(), tick=False):
        run_due_jobs()
    assert lock_cloud.calls(ADD) == 1

    for call in range(2, 6):
        gateway.refresh_from_db()
        assert gateway.shut_until is not None
        opens_at = gateway.shut_until
        with time_machine.travel(opens_at - timedelta(seconds=2), tick=False):
            run_due_jobs()
            assert lock_cloud.calls(ADD) == call - 1
        with time_machine.travel(opens_at, tick=False):
            run_due_jobs()
            assert lock_cloud.calls(ADD) == call


def test_pauses_grow_but_a_gateway_that_is_back_is_found_within_half_a_minute(
    lock_cloud: LockCloud, locks: list[Lock], gateway: Gateway
) -> None:
    lock_cloud.faults(offline_gateways=[1], error_codes=NO_OFFLINE_CODES)
    ask_each(locks[:1])
    pauses = []
    elapsed = 0.0
    for _ in range(6):
        with time_machine.travel(timezone.now() + timedelta(seconds=elapsed), tick=False):
            now = timezone.now()
            run_due_jobs()
            gateway.refresh_from_db()
            assert gateway.shut_until is not None
            pauses.append((gateway.shut_until - now).total_seconds())
            elapsed += pauses[-1] + 10

    assert pauses == [4, 8, 16, 25, 25, 25]


def test_whoever_waits_for_a_shut_gateway_is_there_when_it_opens(
    lock_cloud: LockCloud, locks: list[Lock], gateway: Gateway
) -> None:
    lock_cloud.faults(offline_gateways=[1], error_codes=NO_OFFLINE_CODES)
    ask_each(locks)
    with time_machine.travel(timezone.now(), tick=False):
        run_due_jobs()

    gateway.refresh_from_db()
    assert gateway.shut_until is not None
    waiting = AccessCode.objects.filter(kind="CUSTOM").values_list("due_at", flat=True)
    assert all(due_at is not None and due_at <= gateway.shut_until for due_at in waiting)


def test_when_the_gateway_is_back_everything_that_waited_goes_on_at_once(
    lock_cloud: LockCloud, locks: list[Lock], gateway: Gateway
) -> None:
    lock_cloud.faults(offline_gateways=[1], error_codes=NO_OFFLINE_CODES)
    grants = ask_each(locks)
    run_due_jobs()
    with after(seconds=50):
        run_due_jobs()
        assert {state_of(grant) for grant in grants} == {GrantState.FAILED}
        lock_cloud.all_well()
        with after(seconds=26):
            run_due_jobs()

    assert {state_of(grant) for grant in grants} == {GrantState.READY}
    gateway.refresh_from_db()
    assert (gateway.failures, gateway.shut_until, gateway.is_online) == (0, None, True)


def test_staff_are_told_once_and_the_alert_closes_when_it_is_back(
    lock_cloud: LockCloud, locks: list[Lock]
) -> None:
    lock_cloud.faults(offline_gateways=[1], error_codes=NO_OFFLINE_CODES)
    ask_each(locks)
    for seconds in (0, 10, 40, 80):
        with after(seconds=seconds):
            run_due_jobs()
    assert gateway_alerts() == [True]

    lock_cloud.all_well()
    with after(seconds=120):
        run_due_jobs()
    assert gateway_alerts() == [False]


def test_a_lock_with_two_gateways_goes_on_while_one_is_open(
    lock_cloud: LockCloud, gateway: Gateway
) -> None:
    shut = GatewayFactory(
        account=gateway.account, failures=3, shut_until=timezone.now() + timedelta(minutes=1)
    )
    lock = LockFactory(account=gateway.account, gateways=[gateway, shut])
    grant = ask(request_for([lock]))
    run_due_jobs()

    assert state_of(grant) == GrantState.READY


def test_a_lock_whose_gateways_are_all_shut_waits(lock_cloud: LockCloud, gateway: Gateway) -> None:
    lock_cloud.faults(error_codes=NO_OFFLINE_CODES)
    other = GatewayFactory(account=gateway.account)
    Gateway.objects.update(failures=3, shut_until=timezone.now() + timedelta(seconds=20))
    lock = LockFactory(account=gateway.account, gateways=[gateway, other])
    grant = ask(request_for([lock]))
    run_due_jobs()
    assert lock_cloud.calls(ADD) == 0

    with after(seconds=21):
        run_due_jobs()
    assert state_of(grant) == GrantState.READY


def test_a_lock_without_known_gateways_is_tried_by_its_own_pauses(
    lock_cloud: LockCloud, account: LockAccount
) -> None:
    lock_cloud.faults(offline_gateways=[1, 2], error_codes=NO_OFFLINE_CODES)
    lock = LockFactory(account=account)
    start = timezone.now()
    grant = ask(request_for([lock]))
    for seconds in (1, 4, 9):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            run_due_jobs()
    assert lock_cloud.calls(ADD) == 3

    lock_cloud.all_well()
    with after(seconds=45):
        run_due_jobs()
    assert state_of(grant) == GrantState.READY


@pytest.mark.parametrize("errcode", [-2012, -3036])
def test_one_lock_out_of_reach_shuts_no_gateway_that_serves_others(
    lock_cloud: LockCloud, locks: list[Lock], errcode: int
) -> None:
    out_of_reach = {"errcode": errcode, "lock_ids": [locks[0].vendor_lock_id]}
    lock_cloud.faults(error_codes={ADD: out_of_reach, **NO_OFFLINE_CODES})
    grants = ask_each(locks)
    run_due_jobs()

    assert [state_of(grant) for grant in grants[1:]] == [GrantState.READY] * 4
    assert not Gateway.objects.filter(failures__gt=0).exists()


@pytest.mark.parametrize("errcode", [-3008, -2009])
def test_what_the_cloud_says_by_itself_opens_no_gateway(
    lock_cloud: LockCloud, locks: list[Lock], gateway: Gateway, errcode: int
) -> None:
    grants = ask_each(locks[:2])
    run_due_jobs()
    lock_cloud.faults(offline_gateways=[1], error_codes={DELETE: {"errcode": errcode}})
    Gateway.objects.update(failures=3, shut_until=timezone.now(), is_online=False)
    revoke_access(holder=grants[0].holder, actor="tests", reason="It is over.")
    run_due_jobs()

    assert lock_cloud.calls(DELETE) == 1
    gateway.refresh_from_db()
    assert (gateway.failures, gateway.is_online) == (3, False)


def test_a_removal_waits_for_its_gateway_like_everything_else(
    lock_cloud: LockCloud, locks: list[Lock]
) -> None:
    grants = ask_each(locks)
    run_due_jobs()
    lock_cloud.faults(offline_gateways=[1])
    for grant in grants:
        revoke_access(holder=grant.holder, actor="tests", reason="It is over.")
    # Else a slow machine would come back to the gateway by itself.
    with time_machine.travel(timezone.now(), tick=False):
        run_due_jobs()
    assert lock_cloud.calls(DELETE) == 1

    lock_cloud.all_well()
    with after(seconds=26):
        run_due_jobs()
    assert not AccessCode.objects.exclude(state=CodeState.REMOVED).exists()
