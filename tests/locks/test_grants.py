"""The commands of the locks room: rows only, the network is the worker's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.locks.errors import NoFreePin
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.selectors import find_live_grant, list_current_codes
from apps.locks.services.grants import AccessRequest, grant_access, revoke_access
from apps.locks.states import CodeKind, CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db
HOLDER = "tests:mary"


def request_for(locks: Sequence[Lock], **changes: object) -> AccessRequest:
    starts_at = timezone.now().replace(second=0, microsecond=0)
    request = AccessRequest(
        account=locks[0].account,
        locks=locks,
        holder=HOLDER,
        label="Mary",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=2),
        pin_length=4,
    )
    return replace(request, **changes)


def ask(request: AccessRequest) -> AccessGrant:
    return grant_access(request, actor="tests", reason="A test asks.")


@pytest.fixture
def doors() -> list[Lock]:
    front = LockFactory(front_door=True)
    return [front, LockFactory(account=front.account)]


def test_one_pin_is_promised_on_every_door(doors: list[Lock]) -> None:
    grant = ask(request_for(doors))

    codes = grant.codes.all()
    assert {code.lock for code in codes} == set(doors)
    assert {code.digits for code in codes} == {grant.pin}
    assert {code.state for code in codes} == {CodeState.PENDING}


def test_asking_again_keeps_the_pin_and_the_rows(doors: list[Lock]) -> None:
    request = request_for(doors)
    first = ask(request)
    rows = set(first.codes.values_list("pk", flat=True))

    again = ask(request)

    assert (again.pk, again.pin) == (first.pk, first.pin)
    assert set(again.codes.values_list("pk", flat=True)) == rows


def test_a_holder_has_one_live_grant() -> None:
    AccessGrantFactory(holder=HOLDER)

    with pytest.raises(IntegrityError), transaction.atomic():
        AccessGrantFactory(holder=HOLDER)


def test_an_ended_grant_makes_room_for_the_next() -> None:
    AccessGrantFactory(holder=HOLDER, ended=True)

    assert AccessGrantFactory(holder=HOLDER).state == GrantState.WAITING


def test_live_digits_are_unique_on_a_lock() -> None:
    code = AccessCodeFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        AccessCodeFactory(lock=code.lock, digits=code.digits)


def test_removed_digits_may_come_again() -> None:
    code = AccessCodeFactory(removed=True)

    assert AccessCodeFactory(lock=code.lock, digits=code.digits).pk


def test_no_pin_repeats_a_live_one_on_any_of_the_doors(doors: list[Lock]) -> None:
    taken = [AccessCodeFactory(lock=doors[1], digits=f"{n:04d}") for n in range(3000, 3100)]

    pins = {ask(request_for(doors, holder=f"tests:{n}")).pin for n in range(20)}

    assert len(pins) == 20
    assert not pins & {code.digits for code in taken}


def test_a_keypad_that_has_too_few_keys_is_told_of(doors: list[Lock]) -> None:
    doors[1].keypad_digits = "01"
    doors[1].save()

    with pytest.raises(NoFreePin):
        ask(request_for(list(Lock.objects.all())))

    assert not AccessGrant.objects.exists()


def test_another_window_moves_a_promise_that_was_never_sent(doors: list[Lock]) -> None:
    request = request_for(doors)
    ask(request)

    grant = ask(replace(request, ends_at=request.ends_at + timedelta(hours=3)))

    assert {code.ends_at for code in grant.codes.all()} == {request.ends_at + timedelta(hours=3)}
    assert grant.codes.count() == 2


def test_another_window_reaches_the_locks(doors: list[Lock], lock_cloud: LockCloud) -> None:
    request = request_for(doors)
    pin = ask(request).pin
    run_due_jobs()
    later = request.ends_at + timedelta(hours=3)

    grant = ask(replace(request, ends_at=later))
    run_due_jobs()

    assert grant.pin == pin
    for lock in doors:
        assert [row["ends_at"] for row in lock_cloud.listed(lock)] == [later.isoformat()]
    assert lock_cloud.calls("keyboardPwd/add") == 2
    assert lock_cloud.calls("keyboardPwd/change") == 2


def test_after_a_move_the_old_door_opens_until_the_new_one_does(
    doors: list[Lock], lock_cloud: LockCloud
) -> None:
    front, old = doors
    new = LockFactory(account=front.account)
    pin = ask(request_for(doors)).pin
    run_due_jobs()
    lock_cloud.faults(
        error_codes={"keyboardPwd/add": {"errcode": -3002}, "keyboardPwd/get": {"errcode": 90000}}
    )

    grant = ask(request_for([front, new]))
    run_due_jobs()
    assert lock_cloud.codes_on(old) == [pin]

    lock_cloud.all_well()
    customs = AccessCode.objects.filter(lock=new, kind=CodeKind.CUSTOM)  # before the offline one
    customs.update(due_at=timezone.now())
    run_due_jobs()
    assert [lock_cloud.codes_on(lock) for lock in (front, new, old)] == [[pin], [pin], []]
    grant.refresh_from_db()
    assert grant.state == GrantState.READY


def test_a_pin_that_is_taken_on_the_new_door_is_changed_on_all(
    doors: list[Lock], lock_cloud: LockCloud
) -> None:
    front, old = doors
    new = LockFactory(account=front.account)
    pin = ask(request_for(doors)).pin
    run_due_jobs()
    AccessCodeFactory(lock=new, digits=pin)

    grant = ask(request_for([front, new]))
    run_due_jobs()

    assert grant.pin != pin
    assert lock_cloud.codes_on(front) == [grant.pin]
    assert lock_cloud.codes_on(new) == [grant.pin]
    assert lock_cloud.codes_on(old) == []


def test_taking_access_back_clears_the_locks(doors: list[Lock], lock_cloud: LockCloud) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()

    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()

    assert [lock_cloud.codes_on(lock) for lock in doors] == [[], []]
    assert find_live_grant(HOLDER) is None
    assert {code.state for code in grant.codes.all()} == {CodeState.REMOVED}


def test_a_promise_that_was_never_sent_is_taken_back_without_a_call(
    doors: list[Lock], lock_cloud: LockCloud
) -> None:
    ask(request_for(doors))

    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()

    assert not AccessCode.objects.exclude(state=CodeState.REMOVED).exists()
    assert lock_cloud.calls("keyboardPwd/add") == 0


def test_taking_back_what_is_not_there_is_no_error() -> None:
    assert revoke_access(holder="tests:nobody", actor="tests", reason="") is None


def test_the_front_door_comes_first(doors: list[Lock]) -> None:
    grant = ask(request_for(list(reversed(doors))))

    assert [code.lock for code in list_current_codes(grant)] == doors


def test_the_history_tells_who_and_why_without_the_digits(doors: list[Lock]) -> None:
    grant = ask(request_for(doors))
    revoke_access(holder=HOLDER, actor="staff:1", reason="Left early.")

    events = list(grant.history.values_list("event", "actor", "reason"))
    assert events[0] == ("granted", "tests", "A test asks.")
    assert ("revoked", "staff:1", "Left early.") in events
    assert not any(grant.pin in " ".join(event) for event in events)


def test_a_move_there_and_back_keeps_the_pin(lock_cloud: LockCloud, doors: list[Lock]) -> None:
    grant = ask(request_for(doors[:1]))
    run_due_jobs()
    ask(request_for(doors[1:]))
    back = ask(request_for(doors[:1]))
    run_due_jobs()

    assert back.pin == grant.pin
    assert lock_cloud.codes_on(doors[0]) == [grant.pin]


def test_a_pin_that_was_given_away_meanwhile_is_replaced(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()
    # Another code opens the room for a while, and the digits go to the next guest.
    grant.codes.filter(lock=doors[1]).update(state=CodeState.REMOVED, due_at=None)
    lock_cloud.remove_behind_our_back(doors[1])
    other = AccessCodeFactory(lock=doors[1], digits=grant.pin, on_the_lock=True)

    moved = ask(request_for(doors, ends_at=grant.ends_at + timedelta(days=1)))
    run_due_jobs()

    assert moved.pin != grant.pin
    assert lock_cloud.codes_on(doors[0]) == lock_cloud.codes_on(doors[1]) == [moved.pin]
    assert AccessCode.objects.get(pk=other.pk).state == CodeState.SET


def test_a_window_with_seconds_is_widened_to_what_locks_can_keep(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    starts_at = timezone.now().replace(second=30, microsecond=1)
    ends_at = starts_at + timedelta(hours=3)
    grant = ask(request_for(doors, starts_at=starts_at, ends_at=ends_at))
    run_due_jobs()

    assert grant.starts_at == starts_at.replace(second=0, microsecond=0)
    assert grant.ends_at == ends_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        call_command("reconcile_locks", stdout=StringIO())
        run_due_jobs()
    assert lock_cloud.calls("keyboardPwd/change") == 0, "the list agreed with the row"


def test_a_single_door_gets_other_digits_where_its_own_are_taken(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors[:1]))
    lock_cloud.add_foreign_code(doors[0], grant.pin)
    run_due_jobs()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        run_due_jobs()

    again = AccessGrant.objects.get(pk=grant.pk)
    assert again.state == GrantState.READY
    assert again.pin != grant.pin
    assert lock_cloud.codes_on(doors[0]) == [grant.pin, again.pin]
