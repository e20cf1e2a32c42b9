"""What must be true of rows and locks whenever nothing is under way any more.

Written over plain facts, so that it judges any lock cloud: this process's, another process's, the
product's own simulator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.locks.models import AccessCode, AccessGrant, Lock
from apps.locks.states import LIVE, WANTED, CodeKind, CodeState, GrantState
from apps.locks.ttlock.wire import ceil_minute, floor_minute

FOREIGN = "The cleaner"
SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A custom code in the memory of a lock."""

    name: str
    starts_at: datetime | None
    ends_at: datetime | None


Memory = Mapping[str, Held]


def broken_promises(memories: Mapping[Lock, Memory]) -> list[str]:
    """Return a sentence for each promise that is broken; none when all is well. No digits."""
    return [
        *_doubles(),
        *_stuck_rows(),
        *_stuck_grants(),
        *(sentence for lock, memory in memories.items() for sentence in _of_lock(lock, memory)),
    ]


def _doubles() -> Iterator[str]:
    live = list(AccessCode.objects.filter(state__in=LIVE))
    customs = Counter((c.grant_id, c.lock_id) for c in live if c.kind == CodeKind.CUSTOM)
    digits = Counter((c.lock_id, c.digits) for c in live if c.digits)
    yield from (f"two live custom codes of {key}" for key, count in customs.items() if count > 1)
    yield from (f"equal digits on lock {key[0]}" for key, count in digits.items() if count > 1)


def _stuck_rows() -> Iterator[str]:
    """Every live row owes a visit: at its end if it rests, soon if it does not."""
    for code in AccessCode.objects.filter(state__in=LIVE):
        if code.due_at is None:
            yield f"{_named(code)} owes no visit"
        elif code.state in WANTED - {CodeState.SET} and code.due_at > timezone.now() + SOON:
            yield f"{_named(code)} waits for long"
    for code in AccessCode.objects.filter(state=CodeState.REMOVED, due_at__isnull=False):
        yield f"{_named(code)} owes a visit although it is gone"


def _stuck_grants() -> Iterator[str]:
    """With everything well, a guest has a code on every door and on no other; else it is over."""
    for grant in AccessGrant.objects.all():
        live = _recallable(grant)
        if grant.state == GrantState.ENDED or grant.is_given_up:
            yield from (f"{_named(code)} outlives its grant" for code in live)
        elif grant.state != GrantState.READY:
            yield f"grant {grant.holder} is {grant.state} though all is well"
        else:
            yield from _of_ready(grant)


def _of_ready(grant: AccessGrant) -> Iterator[str]:
    doors = set(grant.locks.values_list("pk", flat=True))
    live = _recallable(grant)
    opened = set(live.filter(state=CodeState.SET).values_list("lock", flat=True))
    yield from (f"{grant.holder} has no code on door {pk}" for pk in doors - opened)
    yield from (f"{_named(code)} opens a door it left" for code in live.exclude(lock__in=doors))


def _recallable(grant: AccessGrant) -> QuerySet[AccessCode]:
    """What could be taken off; an offline code that was left to its guest goes with them."""
    is_left_to_its_hours = Q(is_unrecallable=True, is_spared=False)
    return grant.codes.filter(state__in=LIVE).exclude(is_left_to_its_hours)


def _of_lock(lock: Lock, memory: Memory) -> Iterator[str]:
    """The lock knows exactly what the rows say is set, with the hours of the grant."""
    rows = AccessCode.objects.filter(lock=lock).exclude(kind=CodeKind.OFFLINE)
    here = {code.digits: code for code in rows.filter(state=CodeState.SET).select_related("grant")}
    ours = {digits: held for digits, held in memory.items() if held.name != FOREIGN}
    for digits in ours.keys() - here.keys():
        states = sorted(code.state for code in rows if code.digits == digits)
        yield f"{lock} remembers a code whose rows are {states}"
    for digits in here.keys() - ours.keys():
        yield f"{_named(here[digits])} is not on the lock"
    for digits in here.keys() & ours.keys():
        code, held = here[digits], ours[digits]
        if (held.starts_at, held.ends_at) != _window(code.grant):
            yield f"{_named(code)} has other hours on the lock than its grant"
        if code.id.hex[:12] not in held.name:
            yield f"{_named(code)} is on the lock under another name"


def _window(grant: AccessGrant) -> tuple[datetime, datetime]:
    return floor_minute(grant.starts_at), ceil_minute(grant.ends_at)


def _named(code: AccessCode) -> str:
    return f"{code.kind} {code.state} code of {code.grant.holder} on {code.lock}"


def told(sentences: Collection[str]) -> str:
    return "\n".join(sentences)
