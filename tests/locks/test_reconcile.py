"""The list of a lock against the rows: every difference is seen, and mended where it is ours."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.common.models import Alert
from apps.locks.models import AccessCode, AccessGrant, AccessHistory, Lock
from apps.locks.reconciliation import Difference, compare, tag_of
from apps.locks.services.grants import revoke_access
from apps.locks.services.reconcile import inspect_lock, mend
from apps.locks.states import CodeKind, CodeState, GrantState
from apps.locks.ttlock.answers import Passcode
from tests.background import run_due_jobs
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory, LockFactory
from tests.fakes.lock_cloud import LockCloud
from tests.locks.simulator.driver import millis
from tests.locks.test_codes import ADD, DELETE, LIST, after, code_on, state_of
from tests.locks.test_grants import HOLDER, ask, request_for

pytestmark = pytest.mark.django_db
CHANGE = "keyboardPwd/change"
DAY = timedelta(days=1)


@pytest.fixture
def lock(lock_cloud: LockCloud) -> Lock:
    lock: Lock = LockFactory()
    return lock


@pytest.fixture
def grant(lock: Lock) -> AccessGrant:
    grant = ask(request_for([lock]))
    run_due_jobs()
    return grant


def reconcile(*options: str) -> str:
    out = StringIO()
    call_command("reconcile_locks", *options, stdout=out)
    return out.getvalue()


def reconcile_and_work() -> str:
    said = reconcile()
    run_due_jobs()
    return said


# -- the comparison, as a table ------------------------------------------------------------------


def a_code(**changes: Any) -> AccessCode:
    """A code that was set an hour ago for today and tomorrow."""
    now = timezone.now().replace(second=0, microsecond=0)
    grant = AccessGrantFactory.build(
        pin="4741", label="Mary", starts_at=now - DAY, ends_at=now + DAY
    )
    fields: dict[str, Any] = {
        "grant": grant,
        "lock": LockFactory.build(vendor_lock_id=7),
        "on_the_lock": True,
        "vendor_code_id": 99,
        "accepted_at": now - timedelta(hours=1),
        "verified_at": now,
    }
    code: AccessCode = AccessCodeFactory.build(**(fields | changes))
    return code


def an_entry(row: AccessCode, /, **changes: Any) -> Passcode:
    fields: dict[str, Any] = {
        "passcode_id": 99,
        "lock_id": 7,
        "code": row.digits,
        "name": row.name_tag,
        "kind": 3,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "sent_at": None,
        "is_custom": True,
        "status": 1,
    }
    return Passcode(**(fields | changes))


RECENT = {"removed_at": timezone.now() - timedelta(minutes=1)}


@pytest.mark.parametrize(
    ("row", "entry", "expected"),
    [
        ({}, {}, None),
        ({"verified_at": None}, {}, Difference.VERIFIED),
        ({}, None, Difference.MISSING),
        ({}, {"code": "9999"}, Difference.DIGITS_DIFFER),
        ({}, {"starts_at": None}, Difference.WINDOW_DIFFERS),
        ({}, {"ends_at": None}, Difference.WINDOW_DIFFERS),
        ({}, {"passcode_id": 5}, None),  # another id, our tag
        ({}, {"name": "renamed by somebody"}, None),  # our id, another name
        ({}, {"passcode_id": 5, "name": "The cleaner"}, Difference.UNKNOWN),
        ({"kind": CodeKind.OFFLINE}, None, None),
        ({"kind": CodeKind.OFFLINE}, {"ends_at": None}, None),
        ({"accepted_at": timezone.now() + DAY}, None, None),  # set since the listing
        ({"leased_until": timezone.now()}, None, None),  # being worked on
        ({"leased_until": timezone.now()}, {"code": "9999"}, None),
        ({"ends_at": timezone.now() - timedelta(hours=2)}, None, None),  # tidied away by the cloud
        ({"state": CodeState.SETTING}, None, None),
        ({"state": CodeState.REMOVING}, {}, None),
        ({"state": CodeState.REMOVED, **RECENT}, {}, Difference.STILL_LISTED),
        ({"state": CodeState.REMOVED, "removed_at": timezone.now() + DAY}, {}, None),
        ({"state": CodeState.REMOVED, **RECENT}, None, None),
        (
            {"state": CodeState.REMOVED, "ends_at": timezone.now() - timedelta(hours=2), **RECENT},
            {},
            Difference.STILL_LISTED,  # it fills the lock's memory
        ),
        (
            {
                "state": CodeState.REMOVED,
                "kind": CodeKind.OFFLINE,
                "ends_at": timezone.now() - timedelta(hours=2),
                **RECENT,
            },
            {},
            None,
        ),
    ],
)
def test_every_difference_has_its_name(
    row: dict[str, Any], entry: dict[str, Any] | None, expected: Difference | None
) -> None:
    code = a_code(**row)
    listed = [] if entry is None else [an_entry(code, **entry)]
    findings = list(compare([code], listed, taken_at=timezone.now()))

    named = [finding.difference for finding in findings]
    missing = [Difference.MISSING] if expected is Difference.UNKNOWN else []
    assert named == ([expected] if expected else []) + missing


def test_seconds_of_a_window_are_no_difference() -> None:
    """Locks count in whole minutes."""
    now = timezone.now().replace(second=30)
    code = a_code(starts_at=now - DAY, ends_at=now + DAY)
    floor = code.starts_at.replace(second=0, microsecond=0)
    ceil = code.ends_at.replace(second=0, microsecond=0) + timedelta(minutes=1)

    assert not list(compare([code], [an_entry(code, starts_at=floor, ends_at=ceil)], taken_at=now))


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("Mary 0123456789ab", "0123456789ab"),
        ("BK 1 of 2 0123456789ab", "0123456789ab"),
        ("0123456789ab", None),
        ("Mary 0123456789AB", None),
        ("Mary 0123456789abc", None),
        ("", None),
    ],
)
def test_a_tag_is_the_last_word_of_a_name(name: str, tag: str | None) -> None:
    assert tag_of(name) == tag


# -- the look, and the mending -------------------------------------------------------------------


def test_a_fault_free_grant_costs_two_calls_until_the_shared_look(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    ask(request_for([lock, LockFactory(account=lock.account)]))
    run_due_jobs()
    with after(minutes=4):
        run_due_jobs()

    assert lock_cloud.calls(ADD) == 2
    assert lock_cloud.total_calls() == 2


def test_codes_set_together_are_verified_by_one_look(lock_cloud: LockCloud, lock: Lock) -> None:
    for n in range(5):
        ask(request_for([lock], holder=f"tests:{n}"))
    run_due_jobs()
    assert not AccessCode.objects.filter(verified_at__isnull=False).exists()
    with after(minutes=6):
        run_due_jobs()

    assert lock_cloud.calls(LIST) == 1
    assert not AccessCode.objects.filter(verified_at__isnull=True).exists()
    with after(minutes=60):
        run_due_jobs()
    assert lock_cloud.calls(LIST) == 1


def test_a_look_for_another_reason_does_not_put_off_the_one_that_is_owed(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    Lock.objects.update(due_at=timezone.now(), records_wanted_since=timezone.now())
    run_due_jobs()
    assert lock_cloud.calls(LIST) == 0
    with after(minutes=6):
        run_due_jobs()

    assert code_on(lock).verified_at is not None


def test_a_lock_without_codes_is_left_in_peace(lock_cloud: LockCloud, lock: Lock) -> None:
    Lock.objects.update(due_at=timezone.now())
    run_due_jobs()

    assert lock_cloud.total_calls() == 0
    assert Lock.objects.get().due_at is None


def test_a_missing_code_is_set_again(lock_cloud: LockCloud, lock: Lock, grant: AccessGrant) -> None:
    lock_cloud.remove_behind_our_back(lock)
    with after(minutes=10):
        said = reconcile_and_work()

    assert "missing on the lock" in said
    assert lock_cloud.codes_on(lock) == [grant.pin]
    assert state_of(grant) == GrantState.READY


def test_a_missing_code_that_cant_be_set_at_once_is_given_patience(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.remove_behind_our_back(lock)
    with after(minutes=10):
        lock_cloud.faults(busy_rate=1, only_calls=[ADD])
        reconcile_and_work()
        assert code_on(lock).state == CodeState.SETTING
        lock_cloud.all_well()
        with after(minutes=10, seconds=5):
            run_due_jobs()

    assert lock_cloud.codes_on(lock) == [grant.pin]


@pytest.mark.parametrize("end_in_days", [1, 30, None])
def test_another_window_is_changed_back(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant, end_in_days: int | None
) -> None:
    start = grant.starts_at
    end = start + timedelta(days=end_in_days or 3000)
    [row] = lock_cloud.listed(lock)
    lock_cloud.change_elsewhere(
        lock, row["keyboard_pwd_id"], startDate=millis(start), endDate=millis(end)
    )
    with after(minutes=10):
        said = reconcile_and_work()

    assert "another window" in said
    assert lock_cloud.listed(lock)[0]["ends_at"] == grant.ends_at.isoformat()
    assert lock_cloud.calls(CHANGE) == 2


def test_a_code_made_permanent_elsewhere_gets_its_end_back(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    code = code_on(lock)
    listed = an_entry(code, passcode_id=code.vendor_code_id, starts_at=None, ends_at=None)
    with after(minutes=10):
        mend(lock, list(compare([code], [listed], taken_at=timezone.now())))
        run_due_jobs()

    assert lock_cloud.calls(CHANGE) == 1
    assert code_on(lock).ends_at == grant.ends_at


def test_other_digits_are_replaced_and_staff_told(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    [row] = lock_cloud.listed(lock)
    lock_cloud.change_elsewhere(lock, row["keyboard_pwd_id"], newKeyboardPwd="90210")
    with after(minutes=10):
        said = reconcile_and_work()
        run_due_jobs()

    assert "other digits" in said
    assert "90210" not in said
    assert lock_cloud.codes_on(lock) == [grant.pin]
    [alert] = Alert.objects.filter(kind="code_changed_elsewhere")
    assert alert.closed_at is not None  # mended


def test_a_code_that_was_believed_gone_is_removed_again(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    AccessCode.objects.update(state=CodeState.REMOVED, removed_at=timezone.now(), due_at=None)
    AccessGrant.objects.update(state=GrantState.ENDED)
    with after(minutes=10):
        said = reconcile_and_work()

    assert "still on the lock" in said
    assert lock_cloud.codes_on(lock) == []
    assert code_on(lock).state == CodeState.REMOVED


def test_an_earlier_pin_that_is_still_there_goes_beside_the_present_one(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    AccessCode.objects.update(state=CodeState.REMOVED, removed_at=timezone.now(), due_at=None)
    old = grant.pin
    AccessGrant.objects.update(pin="8282" if old != "8282" else "8383")
    grant.refresh_from_db()
    ask(request_for([lock], ends_at=grant.ends_at + DAY))
    run_due_jobs()
    assert lock_cloud.codes_on(lock) == [old, grant.pin]
    with after(minutes=10):
        reconcile_and_work()

    assert lock_cloud.codes_on(lock) == [grant.pin]
    assert state_of(grant) == GrantState.READY


def test_a_code_that_has_its_digits_from_one_believed_gone_stops_no_look(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    AccessCode.objects.update(state=CodeState.REMOVED, removed_at=timezone.now(), due_at=None)
    AccessGrant.objects.update(state=GrantState.ENDED)
    taken = AccessCodeFactory(lock=lock, grant=AccessGrantFactory(pin=grant.pin))
    with after(minutes=10):
        mend(lock, inspect_lock(lock))

    taken.refresh_from_db()
    assert taken.state == CodeState.PENDING
    assert Lock.objects.get(pk=lock.pk).looked_at is not None


def test_foreign_codes_are_reported_and_never_touched(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.add_foreign_code(lock, "90210", name="Cleaner 90210")
    with after(minutes=10):
        said = reconcile_and_work()

    assert "not made here" in said
    assert "left alone" in said
    assert "90210" not in said
    assert "90210" in lock_cloud.codes_on(lock)
    assert lock_cloud.calls(DELETE) == lock_cloud.calls(CHANGE) == 0


def test_a_row_that_changed_during_the_listing_is_left_alone(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.remove_behind_our_back(lock)
    with after(minutes=10):
        findings = inspect_lock(lock)
        AccessCode.objects.update(fence=99)
        mend(lock, findings)

    assert code_on(lock).state == CodeState.SET
    assert not AccessHistory.objects.filter(actor="reconciler").exists()


def test_lists_of_several_pages_are_compared_whole(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    """More than 200 codes; the oldest one, ours, is on the last page."""
    start = timezone.now().replace(minute=0, second=0, microsecond=0)
    for n in range(220):
        lock_cloud.issue_elsewhere(lock, start, start + timedelta(hours=n + 1))
    with after(minutes=10):
        said = reconcile("--dry-run")
        reconcile()

    assert said.count("not made here") == 220
    assert "missing" not in said
    assert code_on(lock).verified_at is not None


def test_a_lock_that_the_cloud_does_not_name_is_used_all_the_same(
    lock_cloud: LockCloud, lock: Lock
) -> None:
    with after(minutes=10):
        reconcile()  # the simulator has never heard of this lock
        grant = ask(request_for([lock]))
        run_due_jobs()

    assert state_of(grant) == GrantState.READY


# -- the command ---------------------------------------------------------------------------------


def test_a_dry_run_prints_and_writes_nothing(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    lock_cloud.remove_behind_our_back(lock)
    lock_cloud.add_foreign_code(lock, "90210")

    def rows() -> list[Any]:
        models = (AccessCode, AccessGrant, Lock, AccessHistory, Alert)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = rows()
    with after(minutes=10):
        said = reconcile("--dry-run")

    assert "missing on the lock" in said
    assert "not made here" in said
    assert rows() == before
    assert lock_cloud.codes_on(lock) == ["90210"]


def test_a_second_run_finds_nothing(lock_cloud: LockCloud, lock: Lock, grant: AccessGrant) -> None:
    lock_cloud.remove_behind_our_back(lock)
    with after(minutes=10):
        reconcile_and_work()
    with after(minutes=20):
        assert reconcile_and_work() == ""


def test_locks_that_cant_be_read_are_named_and_the_others_compared(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    broken = LockFactory(account=lock.account, name="Room 13")
    only = {"errcode": -1003, "lock_ids": [broken.vendor_lock_id]}
    lock_cloud.faults(error_codes={LIST: only})
    out = StringIO()
    with after(minutes=10), pytest.raises(CommandError, match="1 lock"):
        call_command("reconcile_locks", stdout=out)

    assert "Room 13: could not be read" in out.getvalue()
    assert code_on(lock).verified_at is not None


def test_an_account_that_is_blocked_is_named_and_not_called(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    calls = lock_cloud.total_calls()
    lock.account.blocked_until = timezone.now() + DAY
    lock.account.blocked_because = "Too many calls."
    lock.account.save()
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("reconcile_locks", stdout=out)

    assert "Too many calls." in out.getvalue()
    assert lock_cloud.total_calls() == calls


def test_a_revoked_grants_code_that_somebody_put_back_goes_again(
    lock_cloud: LockCloud, lock: Lock, grant: AccessGrant
) -> None:
    """A name tag is enough: the copy has an id that nobody here has seen."""
    code = code_on(lock)
    revoke_access(holder=HOLDER, actor="tests", reason="It is over.")
    run_due_jobs()
    lock_cloud.add_foreign_code(lock, code.digits, name=code.name_tag)
    with after(minutes=10):
        reconcile_and_work()

    assert lock_cloud.codes_on(lock) == []
