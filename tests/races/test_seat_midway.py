"""Somebody comes in the midst of a sale: they wait for its end, or are told so.

Each scene is held at real server processes at its worst moment, and has a twin without what stands
against it: there a seat is sold twice, the books are wrong, or somebody gets a wrong answer.
"""

from __future__ import annotations

import pytest
from django.db import connection

from tests.races.midway import Doors, ever_goes_wrong
from tests.races.seat_scenes import BY_CONSTRAINT, BY_LOCK, Scene, a_holder_beside_a_holder
from tests.races.test_seat_races import proof_dir as proof_dir
from tests.races.test_seat_races import without_constraint as without_constraint

pytestmark = pytest.mark.django_db(transaction=True)


def each_of(scenes: list[Scene]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scene", scenes, ids=lambda scene: scene.__name__)


@each_of(BY_CONSTRAINT + BY_LOCK)
def test_who_comes_in_the_midst_of_a_sale_breaks_nothing(scene: Scene, doors: Doors) -> None:
    assert scene(doors) == []


@each_of(BY_LOCK)
def test_without_locks_who_comes_in_the_midst_breaks_it(
    scene: Scene, lockless_doors: Doors
) -> None:
    """The twin: it shows that the race is there, and what the locks are for."""
    assert ever_goes_wrong(scene, lockless_doors), "the race never happened"


@each_of(BY_CONSTRAINT)
@pytest.mark.usefixtures("without_constraint")
def test_without_locks_and_constraint_a_seat_is_had_twice(
    scene: Scene, lockless_doors: Doors
) -> None:
    """The twin: it shows that the race is there, and what the constraint is for."""
    if connection.vendor == "sqlite" and scene is a_holder_beside_a_holder:
        pytest.skip("a hold writes first, which on SQLite locks out everybody else")
    assert ever_goes_wrong(scene, lockless_doors), "the race never happened"
