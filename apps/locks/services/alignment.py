"""Bring the codes of a grant in line with what it promises.

Every command and every worker's result ends here, with the grant locked: what is missing is
created, what is no longer wanted begins to be removed, and the grant's own state follows. So no
caller has to know which step comes next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import UUIDField
from django.utils import timezone

from apps.common.alerts import clear_alert
from apps.common.jobs import wake
from apps.common.statements import Given, KnownRead, store
from apps.locks import alert_kinds
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.selectors import is_live_on_any
from apps.locks.services.digits import change_digits
from apps.locks.services.history import record
from apps.locks.services.new_codes import create_code
from apps.locks.services.offline_codes import covers, is_current_offline, offline_code_for, suits
from apps.locks.services.retirement import owe_work, spare, take_off
from apps.locks.states import (
    LIVE,
    PATIENCE,
    UNWANTED,
    WANTED,
    CodeKind,
    CodeState,
    GrantState,
)

STUCK: Final = frozenset({CodeState.FAILED, CodeState.REMOVAL_FAILED})
GRANT: Final = Given("grant", UUIDField())
LIVE_CODES_FOR_UPDATE: Final = KnownRead(
    lambda: (
        AccessCode.objects.select_for_update(of=("self",))
        .filter(grant=GRANT, state__in=LIVE)
        .select_related("lock", "grant")
        .order_by("pk")
    )
)
LOCKS_OF_GRANT: Final = KnownRead(lambda: Lock.objects.filter(grants=GRANT).order_by("pk"))


def align(grant: AccessGrant) -> None:
    """Create, remove and judge. The caller holds a transaction and the lock on ``grant``."""
    codes = _lock_live_codes(grant)
    wanted = _wanted_locks(grant)
    if _are_digits_lost(grant, wanted, codes):
        change_digits(grant, reason="Somebody else was given these digits on a lock.")
        wanted = _wanted_locks(grant)
    if not wanted:
        for code in codes:
            take_off(code)
    else:
        _retire_other_digits(grant, codes)
        codes = [code for code in codes if code.state in LIVE]  # the others' places are free
        codes += [created for lock in wanted for created in _serve(grant, lock, _on(lock, codes))]
        _retire_left_locks(wanted, codes)
        _extend_windows(grant, codes)
    _judge(grant, wanted, codes)


def _are_digits_lost(
    grant: AccessGrant, wanted: Sequence[Lock], codes: Sequence[AccessCode]
) -> bool:
    """Answer whether the PIN is somebody else's on a lock where a code is to be made.

    While a lock had another kind of code, or an earlier PIN on its way out, the digits were free.
    """
    bare = [lock for lock in wanted if _is_bare(grant, _on(lock, codes))]
    return bool(bare) and is_live_on_any(grant.pin, bare, besides=grant)


def _is_bare(grant: AccessGrant, codes: Sequence[AccessCode]) -> bool:
    has_chosen = any(code.kind == grant.code_kind for code in codes)
    return not has_chosen and not any(_stands_in(code, grant) for code in codes)


def _on(lock: Lock, codes: Sequence[AccessCode]) -> list[AccessCode]:
    return [code for code in codes if code.lock_id == lock.pk]


def _serve(grant: AccessGrant, lock: Lock, codes: Sequence[AccessCode]) -> list[AccessCode]:
    """See to it that ``lock`` has, or gets, a code of the grant. Returns what was created.

    A backup code that was handed out stands in for good. So does an offline code that the guest
    has used, or got for a code that did not work: nobody changes a code that works. Otherwise the
    chosen PIN is wanted, and an offline code while no gateway gets through.
    """
    chosen = _chosen_of(grant, codes)
    stand_ins = [code for code in codes if _stands_in(code, grant)]
    if stand_ins:
        if chosen is not None and any(_replaces(code, chosen) for code in stand_ins):
            take_off(chosen)
        _retire_offline_codes(grant, [code for code in codes if code not in stand_ins])
        return []
    if chosen is None:
        return [create_code(grant, lock)]
    has_offline = _keep_offline_code(grant, chosen, codes)
    if has_offline or not chosen.is_out_of_reach or chosen.state not in WANTED - {CodeState.SET}:
        return []
    created = offline_code_for(grant, lock)
    return [created] if created else []


def _chosen_of(grant: AccessGrant, codes: Sequence[AccessCode]) -> AccessCode | None:
    """Return the code with the grant's PIN; one that is on its way off still has the place."""
    own = [code for code in codes if code.kind == grant.code_kind and code.state in LIVE]
    return min(own, key=lambda code: code.state in UNWANTED, default=None)


def _replaces(stand_in: AccessCode, chosen: AccessCode) -> bool:
    """Answer whether the chosen code is to go: not before the stand-in opens the door."""
    if stand_in.state != CodeState.SET:
        return False
    is_preferred = stand_in.is_stand_in or stand_in.first_used_at is not None
    return is_preferred or chosen.state != CodeState.SET


def _keep_offline_code(grant: AccessGrant, chosen: AccessCode, codes: Sequence[AccessCode]) -> bool:
    """Retire the offline codes that do not help any more; answer whether one stays."""
    helps = [
        code
        for code in filter(is_current_offline, codes)
        if chosen.state != CodeState.SET and covers(code, grant)
    ]
    _retire_offline_codes(grant, [code for code in codes if code not in helps])
    return bool(helps)


def _retire_offline_codes(grant: AccessGrant, codes: Sequence[AccessCode]) -> None:
    """Leave those in place that the guest may know; the rest, and what opens too early, goes."""
    for code in codes:
        if code.state == CodeState.SET and is_current_offline(code) and suits(code, grant):
            spare(code)
        elif is_current_offline(code) or (code.is_spared and not suits(code, grant)):
            take_off(code)


def _stands_in(code: AccessCode, grant: AccessGrant) -> bool:
    if code.kind == grant.code_kind or code.state not in WANTED:
        return False
    if code.kind == CodeKind.OFFLINE:
        is_chosen = code.is_stand_in or code.first_used_at is not None
        return is_chosen and covers(code, grant)
    return code.state == CodeState.SET


def _lock_live_codes(grant: AccessGrant) -> list[AccessCode]:
    return LIVE_CODES_FOR_UPDATE.all(grant=grant.pk)


def _wanted_locks(grant: AccessGrant) -> Sequence[Lock]:
    if grant.state == GrantState.ENDED or grant.is_given_up:
        return []
    return LOCKS_OF_GRANT.all(grant=grant.pk)


def _retire_other_digits(grant: AccessGrant, codes: Sequence[AccessCode]) -> None:
    """Take off the chosen codes of an earlier PIN; new ones follow when their places are free."""
    for code in codes:
        if code.kind == grant.code_kind and code.digits != grant.pin:
            take_off(code)


def _retire_left_locks(wanted: Sequence[Lock], codes: Sequence[AccessCode]) -> None:
    """After a move, the old doors' codes go once every new door has one."""
    doors = {lock.pk for lock in wanted}
    if all(_is_open(lock.pk, codes) for lock in wanted):
        for code in codes:
            if code.lock_id not in doors:
                take_off(code)


def _extend_windows(grant: AccessGrant, codes: Sequence[AccessCode]) -> None:
    """Owe a change of window where the lock still has an earlier one; unsent ones just take it."""
    for code in codes:
        if code.kind == CodeKind.OFFLINE or code.state in UNWANTED | {CodeState.REMOVED}:
            continue
        is_same = (code.starts_at, code.ends_at) == (grant.starts_at, grant.ends_at)
        if is_same and not (code.state == CodeState.SET and code.is_outcome_unknown):
            continue
        if code.state == CodeState.PENDING:
            code.starts_at, code.ends_at = grant.starts_at, grant.ends_at
            code.save(update_fields=["starts_at", "ends_at"])
        elif _rests(code):
            owe_work(code)  # else a visit that is owed already, or under way, ends here again


def _rests(code: AccessCode) -> bool:
    """Answer whether nothing is owed before the end that the lock knows."""
    return code.due_at is None or code.due_at >= code.ends_at


def _judge(grant: AccessGrant, wanted: Sequence[Lock], codes: Sequence[AccessCode]) -> None:
    before = (grant.state, grant.ready_at)
    if grant.state != GrantState.ENDED:
        grant.state = _state_of(grant, wanted, codes)
    if grant.state == GrantState.READY and grant.ready_at is None:
        grant.ready_at = timezone.now()
    is_other = (grant.state, grant.ready_at) != before
    if is_other:
        record(grant.state.lower(), grant=grant)
        if grant.state == GrantState.READY and _had_trouble(before[0], codes):
            _close_alerts(grant, codes)
    if grant.state == GrantState.ENDED:
        _close_alerts(grant, codes)
    # A grant that still waits shows nobody anything yet; of the others every change is news.
    if is_other or grant.state != GrantState.WAITING:
        owe_news(grant)


def owe_news(grant: AccessGrant) -> None:
    """Store the grant's state, and owe a look at it to those who listen."""
    grant.due_at = timezone.now()
    store(grant, "state", "ready_at", "due_at")
    wake(grant)


def _had_trouble(before: str, codes: Sequence[AccessCode]) -> bool:
    """Answer whether staff may have been told of the grant on its way to READY."""
    return before == GrantState.FAILED or any(code.state != CodeState.SET for code in codes)


def _close_alerts(grant: AccessGrant, codes: Sequence[AccessCode]) -> None:
    """Every door opens, or nobody wants it to any more."""
    scope = grant.account.alert_scope
    for code in codes:
        clear_alert(scope=scope, kind=alert_kinds.UNSET, subject=str(code.pk))
        if grant.state == GrantState.ENDED:
            subject = f"{grant.pk}:{code.lock_id}"
            clear_alert(scope=scope, kind=alert_kinds.DOES_NOT_WORK, subject=subject)


def _state_of(
    grant: AccessGrant, wanted: Sequence[Lock], codes: Sequence[AccessCode]
) -> GrantState:
    if grant.is_given_up:
        return GrantState.FAILED
    closed = [lock for lock in wanted if not _is_open(lock.pk, codes)]
    if not closed:
        return GrantState.READY
    if any(_has_failed(_on(lock, codes)) for lock in closed):
        return GrantState.FAILED
    return GrantState.WAITING


def _has_failed(codes: Sequence[AccessCode]) -> bool:
    """Answer whether the guest should be told, of the codes on a lock that none of them opens.

    An offline code on its way is worth waiting for, but not for longer than the first one was.
    """
    first_asked = min((code.asked_at for code in codes), default=timezone.now())
    is_young = timezone.now() < first_asked + PATIENCE
    offline: list[AccessCode] = []
    chosen: list[AccessCode] = []
    for code in codes:
        (offline if code.kind == CodeKind.OFFLINE else chosen).append(code)
    is_hopeful = any(is_current_offline(code) and not _is_stuck(code) for code in offline)
    # An offline code that can't be had ends no hope while the chosen one is still being tried.
    is_stuck = any(map(_is_stuck, chosen or offline))
    return is_stuck and not (is_hopeful and is_young)


def _is_stuck(code: AccessCode) -> bool:
    """Answer whether the guest should not wait for this code, though attempts go on.

    A code that can't be taken off blocks the one that is to follow it; a further attempt that is
    under way (SETTING) is no news yet. An offline code that is retired blocks nothing.
    """
    if code.kind == CodeKind.OFFLINE and code.state in UNWANTED:
        return False
    is_overdue = timezone.now() >= code.asked_at + PATIENCE
    return code.state in STUCK or (code.state == CodeState.SETTING and is_overdue)


def _is_open(lock_id: int, codes: Sequence[AccessCode]) -> bool:
    return any(code.lock_id == lock_id and code.state == CodeState.SET for code in codes)
