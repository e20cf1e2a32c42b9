"""The codes that a grant wants, made as rows that owe their writing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from apps.common.crypto import keyed_digest
from apps.common.jobs import wake
from apps.common.statements import KnownInsert
from apps.locks.models import AccessCode, AccessGrant, AccessHistory, Lock
from apps.locks.services import history
from apps.locks.services.history import line, record

INSERT: Final = KnownInsert(AccessCode)


def create_code(grant: AccessGrant, lock: Lock) -> AccessCode:
    """Create the chosen code on one more lock. The caller holds the lock on ``grant``."""
    code = _new_code(grant, lock)
    code.save(force_insert=True)
    record("asked", grant=grant, code=code)
    wake(code)
    return code


def create_first_codes(
    grant: AccessGrant, locks: Sequence[Lock], *, granted: AccessHistory
) -> None:
    """Create the codes of a grant that was stored a moment ago: it has none to be aligned with.

    ``granted`` is the line of the history that comes before theirs.
    """
    codes = INSERT.all([_new_code(grant, lock) for lock in locks])
    asked = [line("asked", grant=grant, code=code) for code in codes]
    history.INSERT.all([granted, *asked])
    for code in codes:
        wake(code)


def _new_code(grant: AccessGrant, lock: Lock) -> AccessCode:
    now = timezone.now()
    return AccessCode(
        grant=grant,
        lock=lock,
        kind=grant.code_kind,
        digits=grant.pin,
        digits_digest=keyed_digest(grant.pin),
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        asked_at=now,
        due_at=now,
    )
