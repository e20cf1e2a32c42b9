"""Rows that are taken together are each worked on by one worker, and fail one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common.jobs import Lease
from apps.common.jobs.leases import LEASE, claim, claim_many
from apps.common.jobs.runner import run_together
from apps.common.jobs.sweeper import Sweeper
from tests.background import at_once
from tests.common.errands import CarelessErrand, Errand, do, owe, wait_until, worked_by

pytestmark = pytest.mark.usefixtures("errand_rows")

ROWS = 12
WORKERS = 4
TOGETHER: dict[str, Any] = {"own_threads": 2, "together": 5}


def taken_at_once(model: type[Errand]) -> list[Any]:
    """The keys that each of some workers got, all of whom asked for all rows."""
    pks = [owe().pk for _ in range(ROWS)]

    def take() -> list[Any]:
        return [lease.row.pk for lease in claim_many(model, pks)]

    return sorted(pk for got in at_once(*[take] * WORKERS) for pk in got)


def test_of_rows_that_many_ask_for_each_goes_to_one() -> None:
    taken = taken_at_once(Errand)
    # Whoever comes second leaves what the first is about to take; the next round finds the rest.
    assert len(set(taken)) == len(taken)
    taken += [lease.row.pk for lease in claim_many(Errand, list(all_pks()))]
    assert sorted(taken) == sorted(all_pks())


def test_without_the_condition_of_the_claim_rows_go_to_several() -> None:
    pk = owe().pk
    first, second = (claim_many(CarelessErrand, [pk]) for _ in range(2))
    assert [lease.row.pk for lease in (*first, *second)] == [pk, pk]


def all_pks() -> set[Any]:
    return set(Errand.objects.values_list("pk", flat=True))


def test_what_is_taken_is_what_the_database_has() -> None:
    now = timezone.now()
    free, ended = owe(), owe(leased_until=now - timedelta(seconds=1), fence=5, attempts=2)
    others = [owe(leased_until=now + LEASE), owe(due_at=now + LEASE), Errand.objects.create()]
    leases = claim_many(Errand, [row.pk for row in (free, ended, *others)], now=now)
    assert {lease.row.pk for lease in leases} == {free.pk, ended.pk}
    for lease in leases:
        kept = Errand.objects.get(pk=lease.row.pk)
        assert (kept.fence, kept.attempts, kept.leased_until, kept.due_at) == (
            lease.fence,
            lease.row.attempts,
            now + LEASE,
            lease.claimed_due,
        )
    assert claim(Errand, free.pk, now=now) is None


def test_one_that_fails_stops_none_of_the_others() -> None:
    errands = [owe() for _ in range(ROWS)]

    def work(lease: Lease[Any]) -> None:
        if lease.row.pk == errands[0].pk:
            raise ConnectionError("the mail server hung up")
        do(lease)

    with worked_by(work, **TOGETHER) as name:
        run_together(name, [str(errand.pk) for errand in errands])
    assert Errand.objects.filter(done=1, due_at=None).count() == ROWS - 1
    failed = Errand.objects.get(pk=errands[0].pk)
    assert failed.due_at is not None
    assert failed.due_at > timezone.now()


def test_the_sweeper_finds_them_without_any_bell() -> None:
    """A bell is given time to be heard first; where nobody rings, nobody waits for it."""
    for _ in range(ROWS):
        owe(due_at=timezone.now())
    with worked_by(do, **TOGETHER):
        sweeper = Sweeper()
        sweeper.sweep()
        wait_until(lambda: Errand.objects.filter(done=1, due_at=None).count() == ROWS)
        sweeper.stop()


def test_unknown_kinds_are_ignored() -> None:
    run_together("nowhere.Nothing", ["1"])
