"""Who is next at a gateway: the published order of everything that waits for one.

1. A guest who waits for a code, the nearest arrival first. What blocks a guest's new code, or the
   hours of a guest who is shut out now, counts as theirs.
2. A code that has to leave, the one that waits longest first.
3. Better codes and other hours for guests who have a way in, the nearest arrival first.
4. Pools of backup codes.

Neither of the first two starves the other: a removal that is overdue goes after any guest's turn,
and after a removal's turn it is a guest's again. Looks at lists need no gateway, so no turn.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import Final

from django.db.models import Case, DateTimeField, F, Q, QuerySet, UUIDField, Value, When
from django.db.models.fields import SmallIntegerField
from django.utils import timezone

from apps.common.jobs import due
from apps.common.statements import INSTANT, Given, KnownRead, KnownUpdate
from apps.locks.models import AccessCode
from apps.locks.services.gateways import NEEDS_GATEWAY, NOW, WAIT, without_busy_gateway
from apps.locks.states import UNWANTED, CodeKind, CodeState, GrantState


class Turn(IntEnum):
    """Whose turn a visit is, in the order of the queue."""

    OVERDUE_REMOVAL = 0  # only after a turn that was no removal's
    GUEST = 1
    REMOVAL = 2
    COMFORT = 3
    POOL = 4


# Codes leave reachable locks within 15 seconds: a third of them may be spent behind guests.
OVERDUE_AFTER: Final = timedelta(seconds=5)
OVERDUE_SINCE: Final = Given("overdue_since", INSTANT)


def next_on_same_gateway(code: AccessCode) -> str | None:
    """Call forward the code whose turn it is at the gateway which ``code`` has left.

    ``code`` is as it was when its own turn began, with its lock and gateways.
    """
    left = [gateway.pk for gateway in code.lock.gateways.all()]
    if not left:
        return None
    now = timezone.now()
    found = _next(len(left), code.state in UNWANTED).one(
        left=left, now=now, soon=now + WAIT, overdue_since=now - OVERDUE_AFTER
    )
    if found is None:
        return None
    if found.due_at is None or found.due_at > now:
        CALL_FORWARD.run(pk=found.pk, now=now)
    return str(found.pk)


CALL_FORWARD: Final = KnownUpdate(
    lambda: AccessCode.objects.filter(
        pk=Given("pk", UUIDField()), leased_until__isnull=True, due_at__gt=NOW
    ),
    due_at=NOW,
)


@cache
def _next(gateways: int, was_removal: bool) -> KnownRead[AccessCode]:
    left = [Given("left", place=place) for place in range(gateways)]
    waiting = due(
        AccessCode.objects.filter(Q(lock__gateways__pk__in=left)),
        Given("soon", INSTANT),
    )
    ready = without_busy_gateway(waiting.filter(NEEDS_GATEWAY), NOW)
    queue = in_order(ready, now=NOW, overdue_since=OVERDUE_SINCE, was_removal=was_removal)
    return KnownRead(lambda: queue.only("pk", "due_at")[:1])


def in_order(
    codes: QuerySet[AccessCode],
    *,
    now: datetime | Given,
    overdue_since: datetime | Given,
    was_removal: bool,
) -> QuerySet[AccessCode]:
    """Return ``codes`` in the order of the queue.

    ``overdue_since``: a removal that was asked for by then is overdue. ``was_removal``: whose turn
    has just ended.
    """
    is_removal = Q(turn__in=[Turn.OVERDUE_REMOVAL, Turn.REMOVAL])
    comes_by = Case(
        When(is_removal, then=F("due_at")),
        default=F("grant__starts_at"),
        output_field=DateTimeField(),
    )
    turn = _turn(now, overdue_since, overdue_first=not was_removal)
    return codes.annotate(turn=turn).order_by("turn", comes_by, "due_at", "pk")


def _turn(now: datetime | Given, overdue_since: datetime | Given, *, overdue_first: bool) -> Case:
    """Return the expression for a code's ``Turn``; the first condition that holds decides."""
    hopes = Q(grant__state__in=[GrantState.WAITING, GrantState.FAILED], grant__is_given_up=False)
    # Of a guest who waits, a code that is on its way off blocks the one that is to follow it.
    waits = hopes & ~Q(state=CodeState.SET)
    is_inside = Q(grant__starts_at__lte=now, grant__ends_at__gt=now)
    is_shut_out = Q(state=CodeState.SET) & (Q(starts_at__gt=now) | Q(ends_at__lte=now))
    is_leaving = Q(state__in=UNWANTED)
    is_overdue = Q(asked_at__lte=overdue_since)
    overdue = Turn.OVERDUE_REMOVAL if overdue_first else Turn.REMOVAL
    return Case(
        When(grant__code_kind=CodeKind.BACKUP, then=Value(Turn.POOL)),
        When(waits | (is_inside & is_shut_out), then=Value(Turn.GUEST)),
        When(is_leaving & is_overdue, then=Value(overdue)),
        When(is_leaving, then=Value(Turn.REMOVAL)),
        default=Value(Turn.COMFORT),
        output_field=SmallIntegerField(),
    )
