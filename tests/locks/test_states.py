"""Every pair of code states: allowed moves are made, refused ones leave the row alone."""

from __future__ import annotations

from itertools import product

import pytest

from apps.locks.errors import CodeTransitionNotAllowed
from apps.locks.models import AccessCode
from apps.locks.states import ALLOWED, LIVE, UNWANTED, WANTED, CodeState

PAIRS = list(product(CodeState, repeat=2))


@pytest.mark.parametrize(("current", "target"), [(a, b) for a, b in PAIRS if b in ALLOWED[a]])
def test_allowed_moves_are_made(current: CodeState, target: CodeState) -> None:
    code = AccessCode(state=current)

    code.move_to(target)

    assert code.state == target


@pytest.mark.parametrize(("current", "target"), [(a, b) for a, b in PAIRS if b not in ALLOWED[a]])
def test_refused_moves_leave_the_row_alone(current: CodeState, target: CodeState) -> None:
    code = AccessCode(state=current)

    with pytest.raises(CodeTransitionNotAllowed):
        code.move_to(target)

    assert code.state == current


@pytest.mark.parametrize("state", sorted(set(CodeState) - {CodeState.REMOVED}))
def test_every_code_can_be_taken_back(state: CodeState) -> None:
    assert ALLOWED[state] & {CodeState.REMOVING, CodeState.REMOVED}


def test_what_is_taken_off_comes_back_only_where_it_could_not_be_recalled() -> None:
    taken_off = {CodeState.REMOVING, CodeState.REMOVAL_FAILED, CodeState.REMOVED}
    ways_back = {state: ALLOWED[state] - taken_off for state in taken_off}

    assert ways_back == {
        CodeState.REMOVING: set(),
        CodeState.REMOVAL_FAILED: {CodeState.SET},  # an offline code that serves its guest again
        CodeState.REMOVED: set(),
    }


def test_a_code_is_wanted_or_unwanted_as_long_as_it_may_open_a_door() -> None:
    assert WANTED | UNWANTED == LIVE
    assert not WANTED & UNWANTED
