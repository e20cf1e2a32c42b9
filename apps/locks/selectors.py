"""Reads of the locks room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.common.crypto import keyed_digests
from apps.common.statements import Given, KnownRead
from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.states import LIVE, WANTED, GrantState

LIVE_GRANT: Final = KnownRead(
    lambda: AccessGrant.objects.filter(holder=Given("holder")).exclude(state=GrantState.ENDED)
)
LIVE_GRANT_FOR_UPDATE: Final = KnownRead(
    lambda: (
        AccessGrant.objects.select_for_update()
        .filter(holder=Given("holder"))
        .exclude(state=GrantState.ENDED)
    )
)
SHOWN_CODES: Final = KnownRead(
    lambda: (
        AccessCode.objects.filter(grant__holder=Given("holder"), state__in=WANTED)
        .exclude(grant__state=GrantState.ENDED)
        .select_related("lock", "grant")
        .defer("grant__pin", "grant__own_numbers")
        .order_by("-lock__is_front_door", "lock__name", "asked_at")
    )
)


def find_live_grant(holder: str) -> AccessGrant | None:
    """Return the holder's grant that has not ended, or None."""
    return LIVE_GRANT.one(holder=holder)


def count_grants_since(holder: str, since: datetime) -> int:
    """Return how many grants, each with a PIN of its own, the holder was given since then."""
    return AccessGrant.objects.filter(holder=holder, asked_at__gte=since).count()


def find_live_grant_for_update(holder: str) -> AccessGrant | None:
    """Like ``find_live_grant``, with the row locked; the caller holds a transaction."""
    return LIVE_GRANT_FOR_UPDATE.one(holder=holder)


def get_grant_for_update(grant_id: UUID) -> AccessGrant:
    """Return the grant with its row locked; the caller holds a transaction."""
    return AccessGrant.objects.select_for_update().get(pk=grant_id)


def list_current_codes(grant: AccessGrant) -> QuerySet[AccessCode]:
    """Return the codes that the holder counts on, front door first."""
    return (
        AccessCode.objects.filter(grant=grant, state__in=WANTED)
        .select_related("lock")
        .order_by("-lock__is_front_door", "lock__name", "asked_at")
    )


def list_shown_codes(holder: str) -> list[AccessCode]:
    """Return the codes that the holder of a live grant counts on, each with its lock and grant.

    The grant comes without what would have to be decrypted.
    """
    return SHOWN_CODES.all(holder=holder)


def is_live_on_any(
    digits: str, locks: Iterable[Lock], *, besides: AccessGrant | None = None
) -> bool:
    """Answer whether ``digits`` may open one of ``locks`` now, or hang there waiting to.

    Codes of ``besides`` that carry its own PIN do not count.
    """
    codes = AccessCode.objects.filter(
        lock__in=list(locks), digits_digest__in=keyed_digests(digits), state__in=LIVE
    )
    if besides is not None:
        codes = codes.exclude(grant=besides, kind=besides.code_kind)
    return codes.exists()
