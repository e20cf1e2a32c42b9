"""Bad days with real workers and the independent lock cloud as a process of its own.

Each ends with the promises of ``promises.py``, and with no secret in any log or column.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction
from django.utils import timezone
from huey.contrib.djhuey import HUEY
from pytest_django import Settings

from apps.common.crypto import EncryptedTextField
from apps.locks.models import AccessCode, AccessGrant, Gateway, Lock, LockAccount
from apps.locks.services import cloud as clients
from apps.locks.services.grants import AccessRequest, grant_access, revoke_access
from apps.locks.states import LIVE, CodeKind, CodeState, GrantState
from tests.common.errands import MARKS, wait_until
from tests.common.processes import PATIENCE, child, environ_on_test_database
from tests.factories.locks import GatewayFactory, LockAccountFactory, LockFactory
from tests.fakes.lockcloud import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    SECRET_MARK,
    USERNAME,
    LockCloudProcess,
)
from tests.locks.promises import FOREIGN, Held, broken_promises, told

pytestmark = pytest.mark.django_db(transaction=True)

ADD, CHANGE, DELETE = "keyboardPwd/add", "keyboardPwd/change", "keyboardPwd/delete"
LIST = "lock/listKeyboardPwd"
HOLDER = "tests:mary"
GIVES_UP_AFTER: Final = 3.0  # seconds without an answer; a crowded machine needs one at times
Worker = AbstractContextManager[subprocess.Popen[bytes]]


@dataclass(slots=True, kw_only=True)
class Hotel:
    """Two doors, the cloud they hang on, and workers to be started."""

    cloud: LockCloudProcess
    doors: list[Lock]
    start_worker: Callable[[], Worker]
    logs: Path
    pins: set[str] = field(default_factory=set)

    def ask(self, *, days: int = 2) -> AccessGrant:
        now = timezone.now()
        request = AccessRequest(
            account=self.doors[0].account,
            locks=self.doors,
            holder=HOLDER,
            label="BK-7",
            starts_at=now,
            ends_at=now + timedelta(days=days),
            pin_length=9,  # nine digits are found by accident in no log
        )
        grant = grant_access(request, actor="tests", reason="Asked for.")
        self.pins.add(grant.pin)
        return grant

    def revoke(self) -> None:
        revoke_access(holder=HOLDER, actor="tests", reason="Taken back.")

    def memory(self, door: Lock) -> dict[str, Held]:
        return {
            digits: Held(name=code.name, starts_at=code.start, ends_at=code.end)
            for digits, code in self.cloud.memory(door.vendor_lock_id).items()
        }


@pytest.fixture
def hotel(tmp_path: Path, settings: Settings) -> Iterator[Hotel]:
    HUEY.flush()
    clients._client.cache_clear()
    with LockCloudProcess(state=tmp_path / "cloud.json", gateways={0: 1}) as cloud:
        settings.TTLOCK_API_URL = cloud.url
        environ = {
            **environ_on_test_database(),
            "TTLOCK_API_URL": cloud.url,
            "TTLOCK_TIMEOUT_SECONDS": str(GIVES_UP_AFTER),
            MARKS: str(tmp_path),
        }
        account = LockAccountFactory(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET, username=USERNAME, password=PASSWORD
        )
        gateway = GatewayFactory(account=account, vendor_gateway_id=1)
        doors = [
            LockFactory(account=account, vendor_lock_id=7001 + place, gateways=[gateway])
            for place in range(2)
        ]
        log = tmp_path / "worker.log"
        arguments = ("-m", "tests.common.worker_process")
        yield Hotel(
            cloud=cloud,
            doors=doors,
            start_worker=lambda: child(*arguments, environ=environ, log=log),
            logs=log,
        )
        cloud.clear_faults()
    clients._client.cache_clear()


def is_ready() -> bool:
    grant = AccessGrant.objects.get(holder=HOLDER)
    codes = grant.codes.filter(kind=CodeKind.CUSTOM, state__in=LIVE)
    return grant.state == GrantState.READY and all(
        code.state == CodeState.SET and not code.is_outcome_unknown for code in codes
    )


def is_all_gone() -> bool:
    return not AccessCode.objects.filter(state__in=LIVE, is_unrecallable=False).exists()


def hurry() -> None:
    """Bring forward what a dead worker holds, and the pauses; the rest is the workers'."""
    now = timezone.now()
    with transaction.atomic():
        for model in (AccessCode, AccessGrant, Lock, LockAccount):
            model.objects.filter(leased_until__isnull=False).update(leased_until=now)
        AccessCode.objects.filter(state__in=LIVE - {CodeState.SET}).update(due_at=now)
        Gateway.objects.update(busy_until=None, busy_with="")


def compare_lists() -> None:
    with Path(os.devnull).open("w") as nowhere:
        call_command("reconcile_locks", stdout=nowhere)


def is_kept(hotel: Hotel) -> bool:
    return not broken_promises({door: hotel.memory(door) for door in hotel.doors})


def hold_promises(hotel: Hotel) -> None:
    """With a worker at hand, compare the lists; then nothing may be wrong."""
    hotel.cloud.clear_faults()
    hotel.cloud.land_pending()
    compare_lists()
    try:
        wait_until(lambda: is_kept(hotel))
    except AssertionError:
        broken = broken_promises({door: hotel.memory(door) for door in hotel.doors})
        pytest.fail(told(broken))
    assert hotel.cloud.complaints == []
    assert_no_secret(hotel)


def assert_no_secret(hotel: Hotel) -> None:
    """Neither PINs nor what ``lock/detail`` lets out are in logs or in columns read by anybody."""
    secrets = {SECRET_MARK, PASSWORD, CLIENT_SECRET, *hotel.pins}
    secrets |= {code.digits for code in AccessCode.objects.all() if code.digits}
    tokens = {token["access"] for token in hotel.cloud.state["tokens"]}
    text = hotel.logs.read_text(errors="replace")
    assert not [kind for kind in secrets | tokens if kind in text], "a secret is in the log"
    for model in apps.get_models():
        open_columns = [
            each.attname
            for each in model._meta.concrete_fields
            if isinstance(each, models.CharField | models.TextField | models.JSONField)
            and not isinstance(each, EncryptedTextField)
        ]
        for row in model._default_manager.values_list(*open_columns) if open_columns else []:
            told_of = json.dumps(row, default=str)
            assert not [kind for kind in secrets | tokens if kind in told_of], model._meta.label


def test_a_late_add_is_adopted_also_after_a_restart_of_the_cloud(hotel: Hotel) -> None:
    hotel.cloud.fault("late", call=ADD, lock=7001, seconds=GIVES_UP_AFTER + 3)
    with hotel.start_worker():
        grant = hotel.ask()
        wait_until(lambda: hotel.cloud.state["pending"])
        hotel.cloud.kill()
        hotel.cloud.start()
        wait_until(is_ready)
        hold_promises(hotel)
    grant.refresh_from_db()
    assert [set(hotel.memory(door)) for door in hotel.doors] == [{grant.pin}] * 2


def test_a_late_add_of_a_guest_who_is_gone_does_not_stay(hotel: Hotel) -> None:
    hotel.cloud.fault("late", call=ADD, lock=7001, seconds=GIVES_UP_AFTER + 5)
    with hotel.start_worker():
        hotel.ask()
        wait_until(lambda: hotel.cloud.state["pending"])
        hotel.revoke()
        wait_until(lambda: not hotel.cloud.state["pending"])
        hurry()
        wait_until(is_all_gone)
        hold_promises(hotel)
    assert not any(hotel.memory(door) for door in hotel.doors)


def test_an_add_that_was_only_said_is_made_good(hotel: Hotel) -> None:
    hotel.cloud.fault("phantom", call=ADD, lock=7001, seconds=1)
    with hotel.start_worker():
        hotel.ask()
        wait_until(is_ready)
        hold_promises(hotel)


def test_a_removal_that_was_only_said_is_made_good(hotel: Hotel) -> None:
    with hotel.start_worker():
        hotel.ask()
        wait_until(is_ready)
        hotel.cloud.fault("phantom", call=DELETE, lock=7001)
        hotel.revoke()
        wait_until(is_all_gone)
        hold_promises(hotel)
    assert not any(hotel.memory(door) for door in hotel.doors)


def test_a_token_revoked_in_the_middle_costs_a_new_one_and_nothing_else(hotel: Hotel) -> None:
    hotel.cloud.fault("revoke", call=ADD, lock=7002)
    with hotel.start_worker():
        hotel.ask()
        wait_until(is_ready)
        hold_promises(hotel)
    assert hotel.cloud.calls(ADD) == 3


@pytest.mark.parametrize("call", [ADD, DELETE])
def test_a_worker_killed_between_question_and_answer_leaves_no_trace(
    hotel: Hotel, call: str
) -> None:
    with hotel.start_worker() as worker:
        if call == DELETE:
            hotel.ask()
            wait_until(is_ready)
        hotel.cloud.fault("timeout", call=call, lock=7001, applied=True)
        before = hotel.cloud.calls(call)
        if call == DELETE:
            hotel.revoke()
        else:
            hotel.ask()
        wait_until(lambda: hotel.cloud.calls(call) > before)
        worker.send_signal(signal.SIGKILL)
        worker.wait(PATIENCE)
    hurry()
    with hotel.start_worker():
        wait_until(is_all_gone if call == DELETE else is_ready)
        hold_promises(hotel)


@pytest.mark.parametrize("is_applied", [True, False])
def test_a_page_instead_of_an_answer_is_a_doubt_and_not_an_answer(
    hotel: Hotel, is_applied: bool
) -> None:
    for call in (ADD, CHANGE, DELETE):
        hotel.cloud.fault("http", call=call, status=502, applied=is_applied)
    with hotel.start_worker():
        hotel.ask()
        wait_until(is_ready)
        grant = hotel.ask(days=4)
        wait_until(lambda: is_ready() and is_kept(hotel))
        pin = grant.pin
        grant.refresh_from_db()
        assert grant.pin == pin
        hotel.revoke()
        wait_until(is_all_gone)
        hold_promises(hotel)
    assert hotel.cloud.overlaps == []


def test_equal_digits_of_our_own_earlier_add_are_adopted(hotel: Hotel) -> None:
    hotel.cloud.fault("reset", call=ADD, lock=7001, applied=True)
    hotel.cloud.fault("errcode", call=LIST, errcode=90000, times=2)
    with hotel.start_worker():
        grant = hotel.ask()
        wait_until(is_ready)
        hold_promises(hotel)
    pin = grant.pin
    grant.refresh_from_db()
    assert grant.pin == pin


def test_equal_digits_of_somebody_else_cost_the_guest_another_pin(hotel: Hotel) -> None:
    grant = hotel.ask()
    hotel.cloud.add_foreign(7002, grant.pin, name=FOREIGN)
    with hotel.start_worker():
        wait_until(lambda: AccessGrant.objects.get().pin != grant.pin and is_ready())
        hold_promises(hotel)
    assert hotel.memory(hotel.doors[1])[grant.pin].name == FOREIGN
    assert grant.pin not in hotel.memory(hotel.doors[0])


def test_windows_are_the_guests_to_the_minute_whatever_a_locks_clock_says(hotel: Hotel) -> None:
    hotel.cloud.set_drift(7001, 400)
    with hotel.start_worker():
        grant = hotel.ask()
        wait_until(is_ready)
        hold_promises(hotel)
        changes = hotel.cloud.calls(CHANGE)
    held = hotel.memory(hotel.doors[0])[grant.pin]
    assert (held.starts_at, held.ends_at) == (grant.starts_at, grant.ends_at)
    assert changes == 0, "rounding was taken for a difference"
