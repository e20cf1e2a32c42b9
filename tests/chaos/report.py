"""A round in words: what was done, what came of it, and what does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.chaos.ledger import Outcome
from tests.chaos.round import Outcomes

MOST_SHOWN: Final = 12
NARROW: Final = 24


def report(outcomes: Outcomes) -> str:
    """Return the whole report of a round."""
    return "\n".join(_lines(outcomes))


def _lines(outcomes: Outcomes) -> Iterator[str]:
    course = outcomes.course
    verdict = "PASSED" if outcomes.passed else "FAILED"
    front = "nginx" if outcomes.has_proxy else "callers who take turns"
    yield f"Chaos: {verdict}. Seed {course.seed}, {course.seconds:.0f} s of faults."
    yield (
        f"PostgreSQL, Valkey, {course.size.web} web, 1 ws and {course.size.workers} worker "
        f"processes, the lock cloud; in front: {front}."
    )
    yield f"Logs: {outcomes.logs}"
    yield from ("", f"Faults ({len(outcomes.faults)})")
    yield from (f"  {done}" for done in outcomes.faults)
    yield from ("", "Requests")
    yield from _requests(outcomes)
    yield ""
    yield from (f"  {what}: {figure:.0f}" for what, figure in outcomes.figures.items())
    yield from ("", "Invariants")
    for one in outcomes.verdicts:
        yield f"  {'holds ' if one.holds else 'BROKEN'}  {one.name} ({one.looked_at} looked at)"
    yield from _violations(outcomes)


def _requests(outcomes: Outcomes) -> Iterator[str]:
    for kind, counts in outcomes.requests.items():
        parts = ", ".join(f"{counts[one]} {one}" for one in Outcome if one in counts)
        yield f"  {kind:{NARROW}}{parts}"


def _violations(outcomes: Outcomes) -> Iterator[str]:
    for one in outcomes.verdicts:
        if one.holds:
            continue
        yield from ("", f"BROKEN: {one.name}")
        yield from (f"  {violation}" for violation in one.violations[:MOST_SHOWN])
        if len(one.violations) > MOST_SHOWN:
            yield f"  … and {len(one.violations) - MOST_SHOWN} more"
