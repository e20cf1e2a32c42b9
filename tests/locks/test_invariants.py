"""Any order of commands, visits, deaths and mishaps leaves rows and locks in agreement."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any, Final, TypeVar

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings

from apps.common.jobs import run_job
from apps.common.jobs.sweeper import due_rows
from apps.locks.errors import NoFreePin, NoOtherCode
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.services import cloud as clients
from apps.locks.services.callbacks import want_records
from apps.locks.services.grants import (
    AccessRequest,
    grant_access,
    revive_access,
    revoke_access,
)
from apps.locks.services.swaps import replace_code
from apps.locks.simulator import SimulatorServer
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import GatewayFactory, LockAccountFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud as Simulated
from tests.fakes.lockcloud import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME
from tests.fakes.lockcloud import LockCloud as Independent
from tests.locks.promises import broken_promises, told
from tests.locks.rehearsal import CALLS, IndependentStage, SimulatedStage, Stage, death_at

pytestmark = pytest.mark.django_db
Row = TypeVar("Row")

SILENCE_SECONDS: Final = 0.25  # how long the worker waits for an answer that does not come
EVEN_LOCK: Final = 1_000_002
QUIET_ROUNDS: Final = 6
PAUSE: Final = timedelta(seconds=70)  # past leases, breakers and the pauses between tries

PLACES = st.integers(0, 11)
HOLDERS = st.sampled_from(["mary", "john", "wendy"])
DOORS = st.sampled_from([(0,), (0, 1), (0, 2), (1, 2)])
HOURS = st.sampled_from([(0, 30), (0, 48), (5, 49), (-3, 3), (72, 96)])
# Of 24 PINs that three keys allow at most, so that digits are taken again and again.
FEW_KEYS: Final = "1346"

# The same draws in every run, in parts that are each short; others and more on demand:
# DOORSTEP_EXAMPLES=300 -o faulthandler_timeout=3000.
EXAMPLES: Final = int(os.environ.get("DOORSTEP_EXAMPLES", "0"))
SEEDS: Final = [None] if EXAMPLES else [1, 2, 3, 4]
PROFILE: Final = profile(
    max_examples=EXAMPLES or 7,
    stateful_step_count=30 if EXAMPLES else 20,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _first_of(rows: Sequence[Row], place: int) -> Row | None:
    """Return the row that ``place`` points to, however many there are; None where there is none."""
    return rows[place % len(rows)] if rows else None


def _guest(place: int) -> AccessGrant | None:
    grants = AccessGrant.objects.exclude(state=GrantState.ENDED).exclude(is_given_up=True)
    guests = grants.filter(holder__in=["mary", "john", "wendy"])
    return _first_of(list(guests.order_by("holder")), place)


def _code_on_a_door(place: int) -> AccessCode | None:
    codes = AccessCode.objects.filter(state=CodeState.SET).select_related("lock")
    return _first_of(list(codes.order_by("lock", "digits_digest")), place)


class Life(RuleBasedStateMachine):
    """Three guests, three doors, two gateways; whatever happens, then a quiet while.

    No rule has a precondition: PINs and pauses come from no seed, so what can be done at a step
    differs from run to run, and the draws must not.
    """

    stage: Stage
    settings: Settings

    def __init__(self) -> None:
        super().__init__()
        clients._client.cache_clear()
        self.stage.begin_anew()
        self.rows = transaction.atomic()
        self.rows.__enter__()
        self.traveller = time_machine.travel(timezone.now(), tick=True)
        self.clock = self.traveller.start()
        self.account = LockAccountFactory(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            username=USERNAME,
            password=PASSWORD,
        )
        gateways = {
            number: GatewayFactory(account=self.account, vendor_gateway_id=number)
            for number in (1, 2)
        }
        self.doors: list[Lock] = [
            LockFactory(
                account=self.account,
                vendor_lock_id=vendor_id,
                keypad_digits=FEW_KEYS,
                gateways=[gateways[1 + vendor_id % 2]],
                is_front_door=not place,
            )
            for place, vendor_id in enumerate((EVEN_LOCK, EVEN_LOCK + 2, EVEN_LOCK + 1))
        ]

    def teardown(self) -> None:
        try:
            self.quiet_at_last()
        finally:
            self.traveller.stop()
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)

    # What people ask for

    @initialize(doors=DOORS, backups=st.integers(0, 1))
    def open(self, doors: tuple[int, ...], backups: int) -> None:
        """Somebody always comes, and some houses keep a backup code for each lock."""
        self.settings.BACKUP_CODES_PER_LOCK = backups
        self._ask("mary", [self.doors[place] for place in doors], (0, 48))

    @rule(holder=HOLDERS, doors=DOORS, hours=HOURS)
    def grant_or_move(self, holder: str, doors: tuple[int, ...], hours: tuple[int, int]) -> None:
        self._ask(holder, [self.doors[place] for place in doors], hours)

    @rule(place=PLACES, hours=HOURS)
    def change_window(self, place: int, hours: tuple[int, int]) -> None:
        grant = _guest(place)
        if grant is None:
            return
        pin = grant.pin
        self._ask(grant.holder, list(grant.locks.all()), hours)
        grant.refresh_from_db()
        assert grant.pin == pin, "a change of hours changed the PIN"

    def _ask(self, holder: str, doors: list[Lock], hours: tuple[int, int]) -> None:
        now = timezone.now()
        request = AccessRequest(
            account=self.account,
            locks=doors,
            holder=holder,
            label=f"BK-{holder}",
            starts_at=now + timedelta(hours=hours[0]),
            ends_at=now + timedelta(hours=hours[1]),
            pin_length=4,
        )
        with suppress(NoFreePin):  # with so few keys that happens
            grant_access(request, actor="tests", reason="Asked for.")

    @rule(place=PLACES)
    def revoke(self, place: int) -> None:
        grant = _guest(place)
        if grant is not None:
            revoke_access(holder=grant.holder, actor="tests", reason="Taken back.")

    @rule(holder=HOLDERS)
    def revive(self, holder: str) -> None:
        revive_access(holder=holder, actor="tests", reason="It was a mistake.")

    @rule(place=PLACES)
    def say_that_it_does_not_work(self, place: int) -> None:
        grant = _guest(place)
        lock = grant.locks.order_by("pk").first() if grant else None
        if grant is None or lock is None:
            return
        with suppress(NoOtherCode):
            replace_code(grant_id=grant.pk, lock=lock, actor="guest", reason="It stays shut.")

    @rule(place=PLACES)
    def come_to_the_door(self, place: int) -> None:
        code = _code_on_a_door(place)
        if code is not None and self.stage.enter(code.lock, code.digits):
            want_records(code.lock, since=timezone.now())

    # What workers do

    @rule(place=PLACES)
    def visit(self, place: int) -> None:
        due = _first_of(list(due_rows(timezone.now())), place)
        if due is not None:
            run_job(*due)

    @rule(pause=st.sampled_from([0, 2, 30]))
    def visit_all(self, pause: int) -> None:
        self.clock.shift(pause)
        run_due_jobs()

    @rule(call=st.sampled_from(CALLS), is_sent=st.booleans())
    def die(self, call: str, is_sent: bool) -> None:
        with death_at(call, is_sent=is_sent):
            for row in list(due_rows(timezone.now())):
                run_job(*row)

    @rule(door=st.integers(0, 2))
    def look_after(self, door: int) -> None:
        Lock.objects.filter(pk=self.doors[door].pk).update(due_at=timezone.now())

    @rule(seconds=st.sampled_from([1, 5, 30, 100, 400, 3 * 3600, 26 * 3600]))
    def let_time_pass(self, seconds: int) -> None:
        self.clock.shift(seconds)

    # What goes wrong

    @rule(data=st.data(), times=st.integers(1, 2))
    def go_wrong(self, data: Any, times: int) -> None:
        """More than once in a row, or retries would hide what the first one left behind."""
        mishap, call = data.draw(st.sampled_from(self.stage.mishaps))
        for _ in range(times):
            self.stage.go_wrong(mishap, call)

    @rule(gateway=st.sampled_from([1, 2]), on=st.booleans())
    def switch_gateway(self, gateway: int, on: bool) -> None:
        self.stage.switch(gateway, on=on)

    @rule(place=PLACES)
    def set_the_same_digits_elsewhere(self, place: int) -> None:
        grant = _guest(place)
        lock = grant.locks.order_by("-pk").first() if grant else None
        if grant is not None and lock is not None:
            self.stage.add_foreign(lock, grant.pin)

    @rule(place=PLACES)
    def remove_at_the_lock(self, place: int) -> None:
        code = _code_on_a_door(place)
        if code is not None:
            self.stage.remove_by_hand(code.lock, code.digits)

    # What must be true afterwards

    def quiet_at_last(self) -> None:
        """Nothing goes wrong, time passes, all work is done, and the lists are compared."""
        self.stage.all_well()
        self._rest()
        call_command("reconcile_locks", stdout=StringIO())
        self._rest()
        broken = broken_promises({lock: self.stage.memory(lock) for lock in self.doors})
        broken += self.stage.grievances()
        assert not broken, told(broken)

    def _rest(self) -> None:
        for _ in range(QUIET_ROUNDS):
            run_due_jobs()
            self.clock.shift(PAUSE)
        run_due_jobs()


@pytest.fixture
def independent() -> Iterator[IndependentStage]:
    with Independent(gateways=lambda lock: 1 + lock % 2, command_seconds=0) as cloud:
        yield IndependentStage(cloud)


@pytest.fixture
def simulated(lock_simulator: SimulatorServer) -> SimulatedStage:
    return SimulatedStage(Simulated(lock_simulator.url))


@pytest.mark.parametrize("draws", SEEDS)
@pytest.mark.parametrize("which", ["independent", "simulated"])
def test_rows_and_locks_agree_after_any_bad_day(
    which: str, draws: int | None, request: pytest.FixtureRequest, settings: Settings
) -> None:
    stage: Stage = request.getfixturevalue(which)
    settings.TTLOCK_API_URL = stage.url
    settings.TTLOCK_TIMEOUT_SECONDS = SILENCE_SECONDS
    machine = type("Life", (Life,), {"stage": stage, "settings": settings})
    if draws is not None:
        machine = seed(draws)(machine)
    try:
        run_state_machine_as_test(machine, settings=PROFILE)
    finally:
        clients._client.cache_clear()
