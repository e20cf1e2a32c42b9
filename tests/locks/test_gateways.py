"""A gateway carries one command at a time, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.common.jobs import Lease, claim
from apps.locks.models import AccessCode, Gateway, Lock
from apps.locks.services import codes
from apps.locks.services.gateways import hold_gateways
from apps.locks.states import CodeState
from tests.background import at_once, run_due_jobs
from tests.factories.locks import GatewayFactory, LockAccountFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_grants import ask, request_for


@pytest.fixture
def gateway() -> Gateway:
    return GatewayFactory()


def lock_on(*gateways: Gateway) -> Lock:
    lock: Lock = LockFactory(account=gateways[0].account, gateways=gateways)
    return lock


@pytest.mark.django_db
def test_the_second_has_to_wait_and_gets_its_turn_afterwards(gateway: Gateway) -> None:
    one, other = lock_on(gateway), lock_on(gateway)

    with hold_gateways(one) as first, hold_gateways(other) as second:
        assert first is not None
        assert second is None
    with hold_gateways(other) as third:
        assert third is not None


@pytest.mark.django_db
def test_a_lock_takes_all_its_gateways_or_none(gateway: Gateway) -> None:
    free = GatewayFactory(account=gateway.account)

    with hold_gateways(lock_on(gateway)), hold_gateways(lock_on(gateway, free)) as both:
        assert both is None
        with hold_gateways(lock_on(free)) as other:
            assert other is not None


@pytest.mark.django_db
def test_a_lock_without_known_gateways_waits_for_nobody() -> None:
    lock = LockFactory()

    with hold_gateways(lock) as one, hold_gateways(lock) as other:
        assert one is not None
        assert other is not None
        assert one.renew()


@pytest.mark.django_db
def test_a_dead_worker_blocks_a_gateway_for_less_than_a_minute(gateway: Gateway) -> None:
    lock = lock_on(gateway)

    with hold_gateways(lock) as dead:
        assert dead is not None
        later = time_machine.travel(timezone.now() + timedelta(seconds=40))
        with later, hold_gateways(lock) as next_one:
            assert next_one is not None
            assert not dead.renew()
            dead.give_back()
            with hold_gateways(lock) as third:
                assert third is None


@pytest.mark.django_db
def test_an_error_gives_the_gateway_back(gateway: Gateway) -> None:
    lock = lock_on(gateway)

    with pytest.raises(RuntimeError), hold_gateways(lock):
        raise RuntimeError

    with hold_gateways(lock) as hold:
        assert hold is not None


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time_across_threads(gateway: Gateway) -> None:
    """Locks share one of two gateways each, in every combination; nobody meets another."""
    other = GatewayFactory(account=gateway.account)
    locks = [lock_on(gateway), lock_on(gateway, other), lock_on(other, gateway), lock_on(gateway)]
    inside = threading.Semaphore(1)
    turns = []

    def work(lock: Lock) -> None:
        for _ in range(5):
            with hold_gateways(lock) as hold:
                if hold is None:
                    continue
                assert inside.acquire(blocking=False), "two workers at one gateway"
                time.sleep(0.005)
                turns.append(lock)
                inside.release()

    results = at_once(*[lambda lock=lock: work(lock) for lock in locks])

    assert results == [None] * 4
    assert turns
    assert not Gateway.objects.exclude(busy_with="").exists()


@pytest.mark.django_db(transaction=True)
def test_workers_of_one_gateway_are_never_told_that_it_is_busy(lock_cloud: LockCloud) -> None:
    """The simulator turns away what overlaps; leases in the database let nothing overlap."""
    lock_cloud.faults(latency_ms=80)
    account = LockAccountFactory()
    gateway = GatewayFactory(account=account, vendor_gateway_id=1)
    locks = [
        LockFactory(account=account, vendor_lock_id=number, gateways=[gateway])
        for number in (1_500_000, 1_500_002, 1_500_004)  # even ones hang on gateway 1
    ]
    ask(request_for(locks))
    deadline = time.monotonic() + 30

    def work() -> None:
        while AccessCode.objects.exclude(state=CodeState.SET).exists():
            assert time.monotonic() < deadline, "the codes were never set"
            run_due_jobs()
            time.sleep(0.02)

    assert at_once(work, work, work) == [None] * 3
    assert lock_cloud.calls("keyboardPwd/add") == 3


@pytest.mark.django_db
def test_a_code_is_set_within_a_bounded_number_of_statements(
    lock_cloud: LockCloud, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    first = LockFactory()
    gateway = GatewayFactory(account=first.account)
    doors = [first, LockFactory(account=first.account)]
    for door in doors:
        door.gateways.set([gateway])
    grant = ask(request_for(doors))
    warm, measured = grant.codes.order_by("pk")
    codes.work_on_code(_claimed(warm))  # fetches the token
    lease = _claimed(measured)

    assert queries_of(lambda: codes.work_on_code(lease)) <= 28


def _claimed(code: AccessCode) -> Lease[AccessCode]:
    lease = claim(AccessCode, code.pk)
    assert lease is not None
    return lease
