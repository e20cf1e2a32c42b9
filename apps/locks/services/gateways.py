"""A gateway carries one command at a time: a lease in the database says whose turn it is.

Which gateway the cloud picks for a lock is its own affair, so a command takes every gateway that
the lock is known to have. A lock without known gateways waits for nobody; the cloud's "busy"
answer is then the only brake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.common.jobs import due
from apps.locks.models import AccessCode, Gateway, Lock

WAIT: Final = timedelta(milliseconds=500)  # a code that found the gateway busy looks again then


@contextmanager
def hold_gateways(lock: Lock) -> Iterator[bool]:
    """Yield whether this worker has the lock's gateways to itself; give them back afterwards."""
    ids = list(lock.gateways.order_by("pk").values_list("pk", flat=True))
    ticket = uuid4().hex
    held = _take(ids, ticket)
    try:
        yield held
    finally:
        if held and ids:
            Gateway.objects.filter(busy_with=ticket).update(busy_until=None, busy_with="")


def _take(ids: list[int], ticket: str) -> bool:
    """Take all or none. The lease outlasts the longest call; a dead worker blocks nobody."""
    if not ids:
        return True
    now = timezone.now()
    until = now + timedelta(seconds=settings.TTLOCK_TIMEOUT_SECONDS + 5)
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=now)
    with transaction.atomic():
        taken = Gateway.objects.filter(free, pk__in=ids).update(busy_until=until, busy_with=ticket)
        if taken != len(ids):
            transaction.set_rollback(True)
            return False
    return True


def without_busy_gateway(codes: QuerySet[AccessCode]) -> QuerySet[AccessCode]:
    """Leave out the codes that would only find their gateway at work."""
    busy = Gateway.objects.filter(busy_until__gt=timezone.now())
    return codes.exclude(lock__gateways__in=busy)


def next_on_same_gateway(code: AccessCode) -> str | None:
    """Call forward the code that has waited longest for the gateway which ``code`` has left."""
    now = timezone.now()
    waiting = due(AccessCode.objects.filter(lock__gateways__locks=code.lock_id), now + WAIT)
    pk = without_busy_gateway(waiting).order_by("due_at").values_list("pk", flat=True).first()
    if pk is None:
        return None
    AccessCode.objects.filter(pk=pk, leased_until__isnull=True, due_at__gt=now).update(due_at=now)
    return str(pk)
