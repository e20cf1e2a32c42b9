"""Every pair of flow states: allowed moves are made, refused ones leave the row alone."""

from __future__ import annotations

from itertools import product

import pytest

from apps.checkin.errors import FlowExpired
from apps.checkin.models import CheckInFlow
from apps.checkin.states import ALLOWED, PIN_STATUS_OF_GRANT, FlowStatus
from apps.locks.states import GrantState

PAIRS = list(product(FlowStatus, repeat=2))


@pytest.mark.parametrize(("current", "target"), [(a, b) for a, b in PAIRS if b in ALLOWED[a]])
def test_allowed_moves_are_made(current: FlowStatus, target: FlowStatus) -> None:
    flow = CheckInFlow(status=current)

    flow.move_to(target)

    assert flow.status == target


@pytest.mark.parametrize(("current", "target"), [(a, b) for a, b in PAIRS if b not in ALLOWED[a]])
def test_refused_moves_leave_the_row_alone(current: FlowStatus, target: FlowStatus) -> None:
    flow = CheckInFlow(status=current)

    with pytest.raises(FlowExpired):
        flow.move_to(target)

    assert flow.status == current


def test_a_flow_that_ended_stays_so() -> None:
    assert all(not ALLOWED[state] for state in set(FlowStatus) - {FlowStatus.IN_PROGRESS})


def test_every_state_of_a_grant_has_a_word_for_the_guest() -> None:
    assert set(PIN_STATUS_OF_GRANT) == set(GrantState)
