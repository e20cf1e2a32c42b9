"""Answers are judged by whether something was taken away meanwhile."""

from __future__ import annotations

import time

import pytest

from tests.chaos.faults.kinds import KINDS
from tests.chaos.faults.plan import plan_of
from tests.chaos.ledger import NEVER, OF_FAULTS, Ledger, Outcome


@pytest.mark.parametrize("outcome", sorted(OF_FAULTS))
def test_no_answer_is_right_during_a_fault_alone(outcome: Outcome) -> None:
    ledger = Ledger()
    before = time.monotonic()
    ledger.note("poll", outcome, asked_at=before)
    assert [one.outcome for one in ledger.complaints] == [outcome]

    with ledger.fault():
        ledger.note("poll", outcome, asked_at=time.monotonic())
    ledger.note("poll", outcome, asked_at=time.monotonic())  # all is only just back

    assert len(ledger.complaints) == 1


@pytest.mark.parametrize("outcome", sorted(NEVER))
def test_a_bare_500_is_never_right(outcome: Outcome) -> None:
    ledger = Ledger()

    with ledger.fault():
        ledger.note("poll", outcome, asked_at=time.monotonic())

    assert [one.outcome for one in ledger.complaints] == [outcome]


def test_the_same_seed_plans_the_same_faults() -> None:
    kinds = tuple(KINDS)
    plans = [plan_of(seed, seconds=120, kinds=kinds) for seed in ("a", "a", "b")]

    assert plans[0] == plans[1]
    assert plans[0] != plans[2]
    assert {kind for trouble in plans[0] for kind in trouble.kinds} == set(kinds)
