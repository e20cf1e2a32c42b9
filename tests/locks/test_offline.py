"""Offline codes: the way in while no gateway gets through."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.selectors import is_live_on_any, list_current_codes
from apps.locks.services.callbacks import want_records
from apps.locks.services.grants import AccessRequest, revoke_access
from apps.locks.states import CodeKind, CodeState, GrantState
from apps.locks.ttlock.wire import ceil_hour, floor_hour
from tests.background import run_due_jobs
from tests.factories.locks import LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.test_codes import (
    ADD,
    DELETE,
    GET,
    NO_OFFLINE_CODES,
    SILENCE,
    after,
    state_of,
)
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
RECORDS = "lockRecord/list"
OFFLINE, CUSTOM = CodeKind.OFFLINE, CodeKind.CUSTOM


@pytest.fixture
def doors(lock_cloud: LockCloud) -> list[Lock]:
    """Nobody gets through to the front door or to the room."""
    lock_cloud.faults(offline_gateways=[1, 2])
    front = LockFactory(front_door=True)
    return [front, LockFactory(account=front.account)]


@pytest.fixture
def front(doors: list[Lock]) -> Lock:
    return doors[0]


def codes_of(grant: AccessGrant, lock: Lock, kind: str = OFFLINE) -> list[AccessCode]:
    return list(grant.codes.filter(lock=lock, kind=kind).order_by("asked_at"))


def whole_hours(request: AccessRequest) -> tuple[datetime, datetime]:
    """The closest hours around what is asked for."""
    return floor_hour(request.starts_at), ceil_hour(request.ends_at)


def current(grant: AccessGrant) -> list[tuple[str, str]]:
    """Kind and state of what the holder is shown, front door first."""
    return [(code.kind, code.state) for code in list_current_codes(grant) if code.shown_digits]


def test_one_run_of_the_worker_gives_every_door_an_offline_code(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert current(grant) == [(OFFLINE, CodeState.SET)] * 2
    for lock in doors:
        [code] = codes_of(grant, lock)
        assert lock_cloud.codes_on(lock) == [code.digits]
        assert lock_cloud.enter(lock, code.digits) == "OPENED"
        assert code.starts_at <= grant.starts_at
        assert code.ends_at >= grant.ends_at


def test_the_guest_stays_ready_while_the_gateway_stays_away(doors: list[Lock]) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()
    digits = {code.digits for code in grant.codes.filter(kind=OFFLINE)}
    for minutes in (1, 5, 60, 600):
        with after(minutes=minutes):
            run_due_jobs()
            assert state_of(grant) == GrantState.READY

    assert {code.digits for code in grant.codes.filter(kind=OFFLINE)} == digits


def test_when_the_gateway_is_back_the_chosen_code_is_set_and_the_unused_one_retired(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    grant = ask(request_for(doors))
    run_due_jobs()
    lock_cloud.all_well()
    with after(seconds=40):
        run_due_jobs()

    assert state_of(grant) == GrantState.READY
    assert current(grant) == [(CUSTOM, CodeState.SET)] * 2
    for lock in doors:
        [code] = codes_of(grant, lock)
        assert (code.state, code.is_unrecallable) == (CodeState.REMOVAL_FAILED, True)
        assert is_live_on_any(code.digits, [lock])
        assert sorted(lock_cloud.codes_on(lock)) == sorted([grant.pin, code.digits])


def test_a_code_that_cant_be_recalled_is_tried_once_and_counts_until_its_end(
    lock_cloud: LockCloud, front: Lock
) -> None:
    grant = ask(request_for([front]))
    run_due_jobs()
    lock_cloud.all_well()
    with after(seconds=40):
        run_due_jobs()
        assert lock_cloud.calls(DELETE) == 0
        revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
        run_due_jobs()
    [code] = codes_of(grant, front)
    assert lock_cloud.calls(DELETE) == 2  # the chosen one and this one
    assert (code.is_unrecallable, code.is_spared) == (True, False)

    with after(hours=1):
        run_due_jobs()
        assert codes_of(grant, front)[0].state == CodeState.REMOVAL_FAILED
    with after(seconds=(code.ends_at - timezone.now()).total_seconds() + 1):
        run_due_jobs()

    [code] = codes_of(grant, front)
    assert (code.state, code.is_unrecallable) == (CodeState.REMOVED, False)
    assert lock_cloud.calls(DELETE) == 2
    assert not is_live_on_any(code.digits, [front])


@pytest.fixture
def used_unheard(lock_cloud: LockCloud, front: Lock) -> tuple[AccessGrant, AccessCode]:
    """A guest came in by an offline code; the gateway is back, the lock's records are not yet."""
    grant = ask(request_for([front]))
    run_due_jobs()
    [code] = codes_of(grant, front)
    assert lock_cloud.enter(front, code.digits) == "OPENED"
    lock_cloud.all_well()
    lock_cloud.faults(error_codes={RECORDS: {"errcode": 90000}})
    return grant, code


def test_a_use_that_is_heard_of_too_late_shuts_nobody_out(
    lock_cloud: LockCloud, front: Lock, used_unheard: tuple[AccessGrant, AccessCode]
) -> None:
    grant, code = used_unheard
    with after(seconds=40):
        run_due_jobs()
        assert current(grant) == [(CUSTOM, CodeState.SET)]
        assert lock_cloud.enter(front, code.digits) == "OPENED"
        lock_cloud.all_well()
        want_records(front, since=timezone.now() - timedelta(minutes=5))
        run_due_jobs()

        code.refresh_from_db()
        assert code.first_used_at is not None
        assert current(grant) == [(CUSTOM, CodeState.SET)]
        assert lock_cloud.enter(front, code.digits) == "OPENED"


def test_a_code_that_was_left_in_place_goes_with_its_guest(
    lock_cloud: LockCloud, front: Lock, used_unheard: tuple[AccessGrant, AccessCode]
) -> None:
    _, code = used_unheard
    with after(seconds=40):
        run_due_jobs()
        revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
        run_due_jobs()

    code.refresh_from_db()
    assert (code.state, code.is_spared) == (CodeState.REMOVED, False)
    assert lock_cloud.codes_on(front) == []


def test_a_code_that_was_left_in_place_goes_when_its_guest_moves(
    lock_cloud: LockCloud, front: Lock, used_unheard: tuple[AccessGrant, AccessCode]
) -> None:
    _, code = used_unheard
    with after(seconds=40):
        run_due_jobs()
        ask(request_for([LockFactory(account=front.account)]))
        run_due_jobs()

    code.refresh_from_db()
    assert code.state == CodeState.REMOVED
    assert lock_cloud.codes_on(front) == []


@pytest.mark.parametrize("gets_through", [True, False], ids=["set by then", "still offline"])
def test_a_code_of_hours_before_the_stay_is_not_left_in_place(
    lock_cloud: LockCloud,
    front: Lock,
    used_unheard: tuple[AccessGrant, AccessCode],
    gets_through: bool,
) -> None:
    _, code = used_unheard
    with after(seconds=40):
        if gets_through:
            run_due_jobs()
        starts_at = timezone.now() + timedelta(days=1)
        ask(request_for([front], starts_at=starts_at, ends_at=starts_at + timedelta(days=2)))
        run_due_jobs()

    code.refresh_from_db()
    assert code.state == CodeState.REMOVED
    assert code.digits not in lock_cloud.codes_on(front)


def test_a_code_that_seems_lapsed_is_left_in_place_too(lock_cloud: LockCloud, front: Lock) -> None:
    """Nobody hears of its use while the gateway is away; its guest comes in day after day."""
    grant = ask(request_for([front], ends_at=timezone.now() + timedelta(days=4)))
    run_due_jobs()
    [known] = codes_of(grant, front)
    assert lock_cloud.enter(front, known.digits) == "OPENED"
    with after(hours=25):
        run_due_jobs()
        lock_cloud.all_well()
        with after(seconds=40):
            run_due_jobs()
            assert state_of(grant) == GrantState.READY
            assert lock_cloud.enter(front, known.digits) == "OPENED"


def test_a_used_code_stays_and_the_chosen_one_is_not_forced_over_it(
    lock_cloud: LockCloud, front: Lock
) -> None:
    """The lock keeps its records while it has no gateway: they come when the gateway is back."""
    grant = ask(request_for([front]))
    run_due_jobs()
    [code] = codes_of(grant, front)
    assert lock_cloud.enter(front, code.digits) == "OPENED"
    lock_cloud.all_well()
    for seconds in (40, 80):
        with after(seconds=seconds):
            run_due_jobs()

    [code] = codes_of(grant, front)
    assert (code.state, code.first_used_at is None) == (CodeState.SET, False)
    assert current(grant) == [(OFFLINE, CodeState.SET)]
    assert lock_cloud.codes_on(front) == [code.digits]
    assert state_of(grant) == GrantState.READY


def test_a_used_code_is_deleted_like_any_other_when_the_stay_is_over(
    lock_cloud: LockCloud, front: Lock
) -> None:
    grant = ask(request_for([front]))
    run_due_jobs()
    [code] = codes_of(grant, front)
    lock_cloud.enter(front, code.digits)
    lock_cloud.all_well()
    with after(seconds=40):
        run_due_jobs()
        revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
        run_due_jobs()

    assert codes_of(grant, front)[0].state == CodeState.REMOVED
    assert lock_cloud.codes_on(front) == []


@pytest.mark.parametrize("guests", [2, 20])
def test_guests_with_equal_dates_get_different_hours_at_the_front_door(
    lock_cloud: LockCloud, front: Lock, guests: int
) -> None:
    grants = [ask(request_for([front], holder=f"tests:{n}")) for n in range(guests)]
    run_due_jobs()

    codes = list(AccessCode.objects.filter(kind=OFFLINE, state=CodeState.SET))
    assert len(codes) == guests
    assert len({(code.starts_at, code.ends_at) for code in codes}) == guests
    assert len({code.digits for code in codes}) == guests
    assert {state_of(grant) for grant in grants} == {GrantState.READY}
    for code in codes:
        assert code.starts_at <= grants[0].starts_at
        assert code.ends_at >= grants[0].ends_at
    assert lock_cloud.calls(GET) == guests


@pytest.mark.parametrize("is_deleted", [False, True], ids=["-3007", "-1026"])
def test_hours_that_somebody_else_had_are_left_to_them_for_good(
    lock_cloud: LockCloud, front: Lock, is_deleted: bool
) -> None:
    request = request_for([front])
    start, end = whole_hours(request)
    for shift in range(2):
        taken = lock_cloud.issue_elsewhere(front, start - timedelta(hours=shift), end)
        if is_deleted:
            lock_cloud.enter(front, lock_cloud.codes_on(front)[-1])
            lock_cloud.all_well()
            lock_cloud.delete_elsewhere(front, taken)
            lock_cloud.faults(offline_gateways=[1, 2])
    grant = ask(request)
    run_due_jobs()

    *spent, code = codes_of(grant, front)
    assert [row.state for row in spent] == [CodeState.REMOVED] * 2
    assert {row.digits for row in spent} == {""}
    assert code.state == CodeState.SET
    assert (code.starts_at, code.ends_at) == (start, end + timedelta(hours=1))

    calls = lock_cloud.calls(GET)
    ask(request_for([front], holder="tests:next", starts_at=request.starts_at))
    run_due_jobs()
    assert lock_cloud.calls(GET) == calls + 1  # nobody asks for spent hours again


def test_a_new_grant_of_the_same_holder_gets_the_same_code_again(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    request = request_for(doors)
    first = ask(request)
    run_due_jobs()
    digits = Counter(code.digits for code in first.codes.filter(kind=OFFLINE))
    issued = lock_cloud.calls(GET)
    revoke_access(holder=HOLDER, actor="tests", reason="The flow ended.")
    run_due_jobs()
    with after(seconds=50):
        run_due_jobs()
        again = ask(request)
        run_due_jobs()

    assert again.pk != first.pk
    assert current(again) == [(OFFLINE, CodeState.SET)] * 2
    assert Counter(code.digits for code in again.codes.filter(kind=OFFLINE)) == digits
    assert current(first) == []
    assert lock_cloud.calls(GET) == issued
    assert state_of(again) == GrantState.READY


def test_somebody_else_never_gets_a_code_that_was_left_over(
    lock_cloud: LockCloud, front: Lock
) -> None:
    first = ask(request_for([front]))
    run_due_jobs()
    revoke_access(holder=HOLDER, actor="tests", reason="The flow ended.")
    other = ask(request_for([front], holder="tests:other"))
    run_due_jobs()

    [mine], [theirs] = codes_of(first, front), codes_of(other, front)
    assert mine.digits != theirs.digits


def test_an_extended_stay_gets_hours_that_cover_it(lock_cloud: LockCloud, front: Lock) -> None:
    request = request_for([front])
    grant = ask(request)
    run_due_jobs()
    later = request.ends_at + timedelta(days=1)
    ask(request_for([front], starts_at=request.starts_at, ends_at=later))
    with after(seconds=40):
        run_due_jobs()

    wanted = [code for code in codes_of(grant, front) if code.state == CodeState.SET]
    assert [code.ends_at >= later for code in wanted] == [True]
    assert state_of(grant) == GrantState.READY


def test_a_code_that_lapses_unused_is_followed_by_one_that_still_opens(
    lock_cloud: LockCloud, front: Lock
) -> None:
    """The lock suspends a code that is not used within 24 hours of its start."""
    grant = ask(request_for([front], ends_at=timezone.now() + timedelta(days=4)))
    run_due_jobs()
    with after(hours=25):
        run_due_jobs()
        [code] = list_current_codes(grant).filter(kind=OFFLINE)
        assert lock_cloud.enter(front, code.digits) == "OPENED"
        assert lock_cloud.calls(GET) == 2


def test_failed_within_the_patience_of_the_first_ask_when_offline_codes_fail_as_well(
    lock_cloud: LockCloud, doors: list[Lock]
) -> None:
    lock_cloud.faults(error_codes=NO_OFFLINE_CODES)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        grant = ask(request_for(doors))
        for _ in range(9):
            run_due_jobs()
            assert state_of(grant) == GrantState.WAITING
            clock.shift(5)
        clock.shift(2)
        run_due_jobs()
        assert state_of(grant) == GrantState.FAILED

    lock_cloud.all_well()
    with after(seconds=100):
        run_due_jobs()
    assert state_of(grant) == GrantState.READY
    assert all(grant.pin in lock_cloud.codes_on(lock) for lock in doors)


def test_trouble_of_another_kind_is_not_waited_out_for_ever(
    lock_cloud: LockCloud, front: Lock
) -> None:
    """A gateway that answers "busy" all the time is as good as none."""
    lock_cloud.all_well()
    lock_cloud.faults(busy_rate=1, only_calls=[ADD])
    grant = ask(request_for([front]))
    for seconds in (0, 15):
        with after(seconds=seconds):
            run_due_jobs()

    assert current(grant) == [(OFFLINE, CodeState.SET)]
    assert state_of(grant) == GrantState.READY


def test_a_time_out_after_the_code_was_issued_is_adopted_not_doubled(
    lock_cloud: LockCloud, front: Lock, settings: Settings
) -> None:
    settings.TTLOCK_TIMEOUT_SECONDS = 0.4
    lock_cloud.faults(timeout_after_rate=1, only_calls=[GET], hang_seconds=SILENCE)
    grant = ask(request_for([front]))
    run_due_jobs()
    lock_cloud.faults(timeout_after_rate=0)
    with after(seconds=10):
        run_due_jobs()

    [code] = codes_of(grant, front)
    assert lock_cloud.codes_on(front) == [code.digits]
    assert lock_cloud.calls(GET) == 1
    assert state_of(grant) == GrantState.READY


def test_a_code_that_was_issued_unheard_is_found_when_it_is_not_wanted_any_more(
    lock_cloud: LockCloud, front: Lock, settings: Settings
) -> None:
    settings.TTLOCK_TIMEOUT_SECONDS = 0.4
    lock_cloud.faults(timeout_after_rate=1, only_calls=[GET], hang_seconds=SILENCE)
    grant = ask(request_for([front]))
    run_due_jobs()
    lock_cloud.all_well()
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()

    [code] = codes_of(grant, front)
    assert (code.state, code.is_unrecallable) == (CodeState.REMOVAL_FAILED, True)


def test_a_code_whose_hours_are_longer_than_the_stay_is_taken_off_at_the_stays_end(
    lock_cloud: LockCloud, front: Lock
) -> None:
    request = request_for([front])
    start, end = whole_hours(request)
    for shift in range(2):
        lock_cloud.issue_elsewhere(front, start - timedelta(hours=shift), end)
    grant = ask(request)
    run_due_jobs()
    code = codes_of(grant, front)[-1]
    lock_cloud.enter(front, code.digits)
    lock_cloud.all_well()
    with after(seconds=40):
        run_due_jobs()
        assert current(grant) == [(OFFLINE, CodeState.SET)]
    assert code.ends_at >= request.ends_at + timedelta(hours=1)
    with after(seconds=(request.ends_at - timezone.now()).total_seconds() + 1):
        run_due_jobs()

    assert state_of(grant) == GrantState.ENDED
    assert code.digits not in lock_cloud.codes_on(front)


def test_hours_are_whole_on_the_clocks_where_the_lock_hangs(
    lock_cloud: LockCloud, front: Lock
) -> None:
    front.account.timezone = "Asia/Kolkata"
    front.account.save()
    grant = ask(request_for([front]))
    run_due_jobs()

    [code] = codes_of(grant, front)
    assert code.starts_at.astimezone(UTC).minute == 30
    assert state_of(grant) == GrantState.READY


def test_a_fault_that_no_offline_code_is_spared_gives_up(
    lock_cloud: LockCloud, front: Lock
) -> None:
    lock_cloud.faults(error_codes={GET: {"errcode": -1007}})
    grant = ask(request_for([front]))
    for seconds in (0, 50):
        with after(seconds=seconds):
            run_due_jobs()

    assert state_of(grant) == GrantState.FAILED
