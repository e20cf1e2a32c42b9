"""The commands: grant access, change its window, move it, take it back.

Each writes rows and returns; the network is the worker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.jobs import wake
from apps.common.statements import KnownInsert
from apps.locks.errors import NoFreePin
from apps.locks.models import AccessGrant, Lock, LockAccount
from apps.locks.selectors import find_live_grant_for_update, is_live_on_any
from apps.locks.services.alignment import align, owe_news
from apps.locks.services.digits import PIN_TRIES, change_digits, mark_given_up, pick_pin
from apps.locks.services.history import line, record
from apps.locks.services.new_codes import create_first_codes
from apps.locks.states import CodeKind, GrantState
from apps.locks.ttlock.wire import ceil_minute, floor_minute

INSERT: Final = KnownInsert(AccessGrant)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """Access that is wanted: from ``starts_at`` inclusive until ``ends_at`` exclusive, aware.

    Locks count in minutes: the grant's window is the one asked for, widened to whole ones.
    """

    account: LockAccount
    locks: Sequence[Lock]
    holder: str
    label: str
    starts_at: datetime
    ends_at: datetime
    pin_length: int
    own_numbers: frozenset[str] = frozenset()
    kind: CodeKind = CodeKind.CUSTOM


def grant_access(request: AccessRequest, *, actor: str, reason: str) -> AccessGrant:
    """Give the holder a PIN on every lock asked for; the holder's live grant is kept and moved.

    Asking again never makes a second PIN. Raises NoFreePin.
    """
    request = replace(
        request, starts_at=floor_minute(request.starts_at), ends_at=ceil_minute(request.ends_at)
    )
    for _ in range(PIN_TRIES):
        # Somebody took the digits on one of the locks meanwhile, or the holder's twin was quicker:
        # what is there now is seen at the next try.
        with suppress(IntegrityError), transaction.atomic():
            return _grant(request, actor=actor, reason=reason)
    raise NoFreePin


def _grant(request: AccessRequest, *, actor: str, reason: str) -> AccessGrant:
    grant = find_live_grant_for_update(request.holder)
    if grant is not None and not grant.is_given_up:
        return _adjust(grant, request, actor=actor, reason=reason)
    if grant is not None:
        end_grant(grant, actor=actor, reason="A new attempt replaces it.")
    return _new_grant(request, actor=actor, reason=reason)


def _new_grant(request: AccessRequest, *, actor: str, reason: str) -> AccessGrant:
    now = timezone.now()
    grant = AccessGrant(
        account=request.account,
        holder=request.holder,
        label=request.label,
        pin=pick_pin(request.locks, length=request.pin_length, own_numbers=request.own_numbers),
        pin_length=request.pin_length,
        own_numbers=" ".join(sorted(request.own_numbers)),
        code_kind=request.kind,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        asked_at=now,
    )
    INSERT.run(grant)
    grant.locks.add(*request.locks)
    granted = line("granted", grant=grant, actor=actor, reason=reason)
    create_first_codes(grant, request.locks, granted=granted)
    if not request.locks:
        align(grant)  # nothing has to be waited for
    return grant


def _adjust(grant: AccessGrant, request: AccessRequest, *, actor: str, reason: str) -> AccessGrant:
    locks_now = set(grant.locks.values_list("pk", flat=True))
    locks_wanted = {lock.pk for lock in request.locks}
    window_now = (grant.starts_at, grant.ends_at)
    if locks_now == locks_wanted and window_now == (request.starts_at, request.ends_at):
        return grant
    if locks_wanted - locks_now and is_live_on_any(
        grant.pin, [lock for lock in request.locks if lock.pk not in locks_now], besides=grant
    ):
        # The PIN is somebody else's on a new door: the guest gets another one everywhere.
        grant.pin = pick_pin(
            request.locks, length=request.pin_length, own_numbers=request.own_numbers
        )
    grant.locks.set(request.locks)
    grant.starts_at, grant.ends_at = request.starts_at, request.ends_at
    grant.save(update_fields=["pin", "starts_at", "ends_at"])
    record("changed", grant=grant, actor=actor, reason=reason)
    align(grant)
    return grant


def choose_new_pin(grant: AccessGrant, *, reason: str) -> None:
    """Give the grant other digits on all its locks. The caller holds the lock on ``grant``."""
    change_digits(grant, reason=reason)
    align(grant)


def give_up(grant: AccessGrant, *, reason: str) -> None:
    """Take back what some locks have, since others can't be set from here.

    A person has to act; asking for access again makes a new attempt. The caller holds the lock
    on ``grant``.
    """
    mark_given_up(grant, reason=reason)
    align(grant)


@transaction.atomic
def revoke_access(*, holder: str, actor: str, reason: str) -> AccessGrant | None:
    """Take the holder's access back; None when there is none. The codes become a debt to remove."""
    grant = find_live_grant_for_update(holder)
    if grant is not None:
        end_grant(grant, actor=actor, reason=reason)
    return grant


@transaction.atomic(savepoint=False)
def end_access(*, holder: str, actor: str, reason: str) -> None:
    """Take the holder's access back at once, and leave its codes to the worker.

    For many at a time: no row of a code is read or locked here.
    """
    grant = find_live_grant_for_update(holder)
    if grant is None:
        return
    grant.state = GrantState.ENDED
    grant.ended_at = grant.due_at = timezone.now()
    grant.save(update_fields=["state", "ended_at", "due_at"])
    record("revoked", grant=grant, actor=actor, reason=reason)
    wake(grant)


@transaction.atomic
def revive_access(*, holder: str, actor: str, reason: str) -> AccessGrant | None:
    """Give the holder back the access that was last taken from them; None when there is none.

    Codes that are off their locks by now are written again; the others first have to go. A PIN
    that somebody else has meanwhile is replaced by another one.
    """
    live = find_live_grant_for_update(holder)
    if live is not None:
        return live
    ended = AccessGrant.objects.select_for_update().filter(holder=holder, is_given_up=False)
    grant = ended.order_by("-ended_at").first()
    if grant is None:
        return None
    grant.state = GrantState.WAITING
    grant.ended_at = grant.ready_at = None
    grant.asked_at = timezone.now()
    grant.save(update_fields=["state", "ended_at", "ready_at", "asked_at"])
    record("revived", grant=grant, actor=actor, reason=reason)
    align(grant)
    owe_news(grant)  # it was ENDED: that it waits again is news
    return grant


def end_grant(grant: AccessGrant, *, actor: str, reason: str) -> None:
    """End the grant; its codes become a debt to remove. The caller holds the lock on ``grant``."""
    grant.state = GrantState.ENDED
    grant.ended_at = timezone.now()
    grant.save(update_fields=["state", "ended_at"])
    record("revoked", grant=grant, actor=actor, reason=reason)
    align(grant)


def forget_own_numbers(*, holder: str) -> None:
    """Erase the holder's own numbers from every grant that they ever had."""
    AccessGrant.objects.filter(holder=holder).exclude(own_numbers="").update(own_numbers="")
