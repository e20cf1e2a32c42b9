"""A guest says that a code does not work: give another one, by another way."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from apps.common.alerts import raise_alert
from apps.locks import alert_kinds
from apps.locks.errors import NoOtherCode
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.selectors import get_grant_for_update
from apps.locks.services.alignment import align
from apps.locks.services.backups import hand_out
from apps.locks.services.history import record
from apps.locks.services.offline_codes import is_current_offline, offline_code_for
from apps.locks.states import WANTED, GrantState


def replace_code(*, grant_id: UUID, lock: Lock, actor: str, reason: str) -> AccessGrant:
    """Swap the grant's code on ``lock`` for a preset one or, without any, an offline one.

    The replaced code comes off once the other one opens the door. Asking again changes nothing
    while the stand-in is there. Staff are told in any case. Raises NoOtherCode.
    """
    with transaction.atomic():
        grant = get_grant_for_update(grant_id)
        if grant.state == GrantState.ENDED:
            raise NoOtherCode
        is_replaced = _replace(grant, lock, actor=actor, reason=reason)
    if not is_replaced:  # what staff were told stays told
        raise NoOtherCode
    return grant


def _replace(grant: AccessGrant, lock: Lock, *, actor: str, reason: str) -> bool:
    """Answer whether there is another code now, or was before."""
    raise_alert(
        scope=grant.account.alert_scope,
        kind=alert_kinds.DOES_NOT_WORK,
        subject=f"{grant.pk}:{lock.pk}",
        message=f"A guest reports that the code of {lock.name} does not work.",
    )
    record("reported not to work", grant=grant, actor=actor, reason=reason)
    if AccessCode.objects.filter(
        grant=grant, lock=lock, state__in=WANTED, is_stand_in=True
    ).exists():
        return True
    code = hand_out(grant, lock, actor=actor, reason=reason) or _offline(grant, lock)
    if code is None:
        return False
    code.is_stand_in = True
    code.save(update_fields=["is_stand_in"])
    align(grant)
    return True


def _offline(grant: AccessGrant, lock: Lock) -> AccessCode | None:
    codes = AccessCode.objects.select_for_update(of=("self",)).filter(grant=grant, lock=lock)
    return next(filter(is_current_offline, codes), None) or offline_code_for(grant, lock)
