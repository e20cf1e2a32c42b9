"""The worker's half: bring one code on one lock to where the database promises it to be.

Each visit is claim, call, store: two short transactions with the network between them, under the
lease of the job mechanism. A code that is marked "outcome unknown" is looked up on the lock
before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.common.jobs import Lease
from apps.common.statements import Given, KnownRead, give_related
from apps.locks.models import AccessCode, Gateway
from apps.locks.services.alignment import align
from apps.locks.services.breakers import note_reached, shut_until
from apps.locks.services.budget import may_call, note_open
from apps.locks.services.cloud import client_for
from apps.locks.services.code_removal import finish_by_time, remove_code
from apps.locks.services.code_rows import lock_grant, next_visit
from apps.locks.services.code_setting import set_code
from apps.locks.services.code_windows import change_window
from apps.locks.services.failures import NONE_SENT, after_failure
from apps.locks.services.gateways import WAIT, GatewayHold, hold_gateways
from apps.locks.services.grants import end_grant
from apps.locks.services.offline_visits import issue_offline_code
from apps.locks.states import UNWANTED, CodeKind, CodeState, GrantState
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import GatewayOffline, RateLimited

Visit = Callable[[Lease[AccessCode], AccessCode, TTLockClient, GatewayHold], bool]


class Duty(Enum):
    """What a code owes at this visit."""

    NOTHING = auto()
    SET = auto()
    WINDOW = auto()
    REMOVE = auto()
    ISSUE_OFFLINE = auto()
    END = auto()  # its grant has ended, or the grant's time is over
    END_BY_TIME = auto()  # it could not be recalled, and its hours are over


VISITS: Final[dict[Duty, Visit]] = {
    Duty.SET: set_code,
    Duty.WINDOW: change_window,
    Duty.REMOVE: remove_code,
}


def for_a_visit(codes: QuerySet[AccessCode]) -> QuerySet[AccessCode]:
    """Let a claimed code come with its grant, lock and account."""
    return codes.select_related("grant", "lock__account")


GATEWAYS: Final = KnownRead(lambda: Gateway.objects.filter(locks=Given("lock")))


def work_on_code(lease: Lease[AccessCode]) -> None:
    """Do the next step that the code owes, if its gateway is free; else come back soon."""
    code = lease.row
    give_related(code.lock, "gateways", GATEWAYS.all(lock=code.lock_id))
    duty = duty_of(code)
    if duty is Duty.NOTHING:
        lease.settle(due_at=None if code.state == CodeState.REMOVED else next_visit(code))
    elif duty is Duty.END:
        _end_grant(lease)
    elif duty is Duty.END_BY_TIME:
        finish_by_time(lease)
    elif not may_call(code.lock.account):
        after_failure(lease, RateLimited(call=NONE_SENT, errmsg="calls are blocked"))
    elif duty is Duty.ISSUE_OFFLINE:
        issue_offline_code(lease, code, client_for(code.lock.account))
    elif opens_at := shut_until(code.lock):
        error = GatewayOffline(call=NONE_SENT, errmsg="the gateway is shut")
        after_failure(lease, error, opens_at=opens_at)
    else:
        _visit(lease, code, VISITS[duty])


def duty_of(code: AccessCode) -> Duty:
    """Return what ``code``, which comes with its grant, owes now."""
    now = timezone.now()
    if code.state == CodeState.REMOVED:
        return Duty.NOTHING
    if code.state in UNWANTED:
        is_over = code.is_unrecallable and code.ends_at <= now
        return Duty.END_BY_TIME if is_over else Duty.REMOVE
    if code.grant.ends_at <= now or code.grant.state == GrantState.ENDED:
        return Duty.END
    if code.kind == CodeKind.OFFLINE:
        return Duty.NOTHING if code.state == CodeState.SET else Duty.ISSUE_OFFLINE
    if code.state != CodeState.SET:
        return Duty.SET
    is_other_window = (code.starts_at, code.ends_at) != (code.grant.starts_at, code.grant.ends_at)
    # A change in doubt may have been carried out: the row's own window says nothing then.
    return Duty.WINDOW if is_other_window or code.is_outcome_unknown else Duty.NOTHING


def _visit(lease: Lease[AccessCode], code: AccessCode, visit: Visit) -> None:
    account = code.lock.account
    with hold_gateways(code.lock) as hold:
        if hold is None:
            lease.settle(due_at=timezone.now() + WAIT, attempts=0)
            return
        got_through = visit(lease, code, client_for(account), hold)
    if got_through:
        note_reached(code.lock)
        note_open(account)


def _end_grant(lease: Lease[AccessCode]) -> None:
    """The grant's hours are over: nobody is to count on its codes, and the locks are tidied."""
    with transaction.atomic():
        grant = lock_grant(lease)
        lease.settle(due_at=timezone.now())
        if grant.state == GrantState.ENDED:
            align(grant)  # it was ended without a look at its codes
        elif grant.ends_at <= timezone.now():
            end_grant(grant, actor="worker", reason="Its time is over.")
