"""No code is lost, doubled or left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.facts import Code, Facts, Grant

WRITTEN = ("CUSTOM", "BACKUP")  # an offline code is computed: the lock need not remember it


def locks_hold_what_the_rows_say(evidence: Evidence) -> Iterator[str]:
    """Each lock accepts the codes that are SET there, and no others."""
    codes = [code for code in evidence.facts.codes if code.state == "SET"]
    computed: dict[int, Counter[str]] = {lock: Counter() for lock in _locks(evidence)}
    unheard: Counter[int] = Counter()
    for code in evidence.facts.codes:
        if code.kind in WRITTEN:
            continue
        if code.digits:  # also one that can't be recalled: its row remembers it
            computed[code.lock][code.digits] += 1
        else:  # computed, and the answer was lost: the row stands for digits that nobody heard
            unheard[code.lock] += 1
    for lock in _locks(evidence):
        of_lock = [code for code in codes if code.lock == lock]
        wanted = Counter(code.digits for code in of_lock if code.kind in WRITTEN)
        held = Counter(evidence.memories.get(lock, ()))
        lost, left = wanted - held, held - wanted - computed[lock]
        if lost:
            yield f"lock {lock}: {lost.total()} codes that rows say are set are not on it"
        if left.total() > unheard[lock]:
            yield f"lock {lock}: {left.total() - unheard[lock]} codes are on it that no row knows"


def _locks(evidence: Evidence) -> list[int]:
    return sorted({*evidence.memories, *(code.lock for code in evidence.facts.codes)})


def each_door_has_one_code(evidence: Evidence) -> Iterator[str]:
    """A grant has one chosen code for each lock, and digits open a lock for one grant."""
    codes = [code for code in evidence.facts.codes if code.kind == "CUSTOM"]
    for (_, lock), count in Counter((code.grant, code.lock) for code in codes).items():
        if count > 1:
            yield f"lock {lock}: a guest has {count} chosen codes"
    known = [(code.lock, code.digits) for code in evidence.facts.codes if code.digits]
    for (lock, _), count in Counter(known).items():
        if count > 1:
            yield f"lock {lock}: the same digits are there for {count} codes"


def whoever_is_in_house_gets_in(evidence: Evidence) -> Iterator[str]:
    """Each stay in house has one live grant, READY, with a code on every one of its locks."""
    facts = evidence.facts
    grants = Counter(grant.holder for grant in facts.grants)
    by_holder = {grant.holder: grant for grant in facts.grants}
    for booking in facts.bookings:
        name = f"{booking.hotel}/{booking.booking_id}"
        expected = 1 if booking.is_in_house else 0
        if booking.is_arrived and grants[booking.holder] != expected:
            yield f"{name}: {grants[booking.holder]} live grants, and the stay is {booking.status}"
        elif booking.is_in_house:
            yield from _closed_doors(name, by_holder[booking.holder], facts)


def _closed_doors(name: str, grant: Grant, facts: Facts) -> Iterator[str]:
    if grant.state != "READY":
        yield f"{name}: the grant is {grant.state}"
    codes = [code for code in facts.codes if code.grant == grant.key and _opens(code, grant)]
    missing = set(grant.locks) - {code.lock for code in codes}
    if missing:
        yield f"{name}: no code that is known to the guest opens {sorted(missing)}"


def _opens(code: Code, grant: Grant) -> bool:
    is_known = code.digits == grant.pin or code.kind != "CUSTOM"
    return code.state == "SET" and is_known
