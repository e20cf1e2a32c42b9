"""A gateway carries one command at a time: a lease in the database says whose turn it is.

Which gateway the cloud picks for a lock is its own affair, so a command takes every gateway that
the lock is known to have. A lock without known gateways waits for nobody; the cloud's "busy"
answer is then the only brake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.utils import timezone

from apps.common.jobs import Lease, due
from apps.common.statements import INSTANT, Given, KnownRead, KnownUpdate
from apps.locks.models import AccessCode, Gateway, Lock
from apps.locks.states import UNWANTED, CodeKind

MARGIN: Final = timedelta(seconds=1)  # for the database between two steps
WAIT: Final = timedelta(milliseconds=500)  # a code that found the gateway busy looks again then
# The cloud computes offline codes by itself, but takes them off through a gateway like any other.
NEEDS_GATEWAY: Final = ~Q(kind=CodeKind.OFFLINE) | Q(state__in=sorted(UNWANTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayHold:
    """A worker's turn at the gateways of a lock."""

    ids: tuple[int, ...]
    ticket: str

    def renew(self) -> bool:
        """Begin the lease anew, before a command. False: it ran out and another has the turn."""
        if not self.ids:
            return True
        renew, until = _changing(len(self.ids)), _lease_end()
        held = renew.run(ids=self.ids, held_by=self.ticket, until=until, ticket=self.ticket)
        return held == len(self.ids)

    def give_back(self) -> None:
        """Let the next one in."""
        if self.ids:
            _changing(len(self.ids)).run(ids=self.ids, held_by=self.ticket, until=None, ticket="")


@contextmanager
def hold_gateways(lock: Lock) -> Iterator[GatewayHold | None]:
    """Yield the turn at the lock's gateways, or None when another worker has one of them."""
    ids = tuple(gateway.pk for gateway in lock.gateways.all())
    hold = GatewayHold(ids=ids, ticket=uuid4().hex)
    if not _take(hold):
        yield None
        return
    try:
        yield hold
    finally:
        hold.give_back()


def _lease_end() -> datetime:
    """The lease outlasts a login and a command; a dead worker blocks nobody for longer.

    It is begun anew before every command, so it needs no room for more than that.
    """
    return timezone.now() + timedelta(seconds=2 * settings.TTLOCK_TIMEOUT_SECONDS) + MARGIN


def _take(hold: GatewayHold) -> bool:
    """Take all or none, in one order for everybody: two locks may share two gateways."""
    if len(hold.ids) < 2:
        return _take_free(hold) == len(hold.ids)
    with transaction.atomic():
        rows = Gateway.objects.select_for_update().filter(pk__in=hold.ids).order_by("pk")
        list(rows.values_list("pk", flat=True))
        if _take_free(hold) != len(hold.ids):
            transaction.set_rollback(True)
            return False
    return True


def _take_free(hold: GatewayHold) -> int:
    """Take those that are free; one UPDATE, so that one of two workers wins. Returns how many."""
    if not hold.ids:
        return 0
    take = _taking(len(hold.ids))
    return take.run(ids=hold.ids, now=timezone.now(), until=_lease_end(), ticket=hold.ticket)


TURN: Final = {"busy_until": Given("until", INSTANT), "busy_with": Given("ticket")}


def _gateways(count: int) -> QuerySet[Gateway]:
    return Gateway.objects.filter(pk__in=[Given("ids", place=place) for place in range(count)])


@cache
def _changing(count: int) -> KnownUpdate:
    return KnownUpdate(lambda: _gateways(count).filter(busy_with=Given("held_by")), **TURN)


@cache
def _taking(count: int) -> KnownUpdate:
    free = Q(busy_until__isnull=True) | Q(busy_until__lte=Given("now", INSTANT))
    return KnownUpdate(lambda: _gateways(count).filter(free), **TURN)


def has_turn(lease: Lease[AccessCode], hold: GatewayHold) -> bool:
    """Answer whether the code and its gateways are still this worker's, and keep them so.

    Reading the lock's list may have taken longer than the leases. False: the visit is settled.
    """
    if lease.renew() and hold.renew():
        return True
    lease.settle(due_at=timezone.now())
    return False


def without_busy_gateway(
    codes: QuerySet[AccessCode], now: datetime | Given | None = None
) -> QuerySet[AccessCode]:
    """Leave out the codes that would only find their gateway at work."""
    hung_on = Lock.gateways.through.objects.filter(lock=OuterRef("lock_id"))
    busy = Exists(hung_on.filter(gateway__busy_until__gt=now or timezone.now()))
    return codes.filter(~NEEDS_GATEWAY | ~busy)


def is_ready(pk: Any) -> bool:
    """Answer whether a code is due and would not only find its gateway at work."""
    return READY.one(pk=pk, now=timezone.now()) is not None


NOW: Final = Given("now", INSTANT)
READY: Final = KnownRead(
    lambda: without_busy_gateway(
        due(AccessCode.objects.filter(pk=Given("pk", UUIDField())), NOW), NOW
    ).only("pk")
)
