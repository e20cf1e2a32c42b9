"""A guest says that a code does not work: give another one, by another way."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from apps.common.alerts import raise_alert
from apps.locks.errors import NoOtherCode
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.selectors import get_grant_for_update
from apps.locks.services.alignment import align, take_off
from apps.locks.services.backups import hand_out
from apps.locks.services.history import record
from apps.locks.services.offline_codes import is_current_offline, offline_code_for
from apps.locks.states import WANTED, CodeKind, GrantState

ALERT = "code_does_not_work"


@transaction.atomic
def replace_code(*, grant_id: UUID, lock: Lock, actor: str, reason: str) -> AccessGrant:
    """Swap the grant's code on ``lock`` for a preset one or, without any, an offline one.

    Asking again changes nothing while the stand-in is there. Staff are told in any case.
    Raises NoOtherCode.
    """
    grant = get_grant_for_update(grant_id)
    if grant.state == GrantState.ENDED:
        raise NoOtherCode
    raise_alert(
        scope=grant.account.alert_scope,
        kind=ALERT,
        subject=f"{grant.pk}:{lock.pk}",
        message=f"A guest reports that the code of {lock.name} does not work.",
    )
    record("reported not to work", grant=grant, actor=actor, reason=reason)
    code = hand_out(grant, lock, actor=actor, reason=reason) or _offline(grant, lock)
    if code is None:
        raise NoOtherCode
    align(grant)
    grant.refresh_from_db()
    return grant


def _offline(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    """Return the offline code that stands in from now on; the chosen one comes off the lock."""
    codes = list(
        AccessCode.objects.select_for_update(of=("self",))
        .filter(grant=grant, lock=lock, state__in=WANTED)
        .select_related("lock", "grant")
    )
    current = next(filter(is_current_offline, codes), None) or offline_code_for(grant, lock)
    if current is None:
        return None
    current.is_stand_in = True
    current.save(update_fields=["is_stand_in"])
    for code in codes:
        if code.kind == CodeKind.CUSTOM:
            take_off(code)
    return current
