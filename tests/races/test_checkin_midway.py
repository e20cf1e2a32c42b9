"""Somebody comes in the midst of a step of a check-in: they wait for its end, or are told so.

Each scene is held at real server processes at its worst moment, and has a twin at the same servers
with no row locked: there somebody gets a wrong answer, or something is wrong afterwards.
"""

from __future__ import annotations

import pytest

from tests.races.checkin_scenes import SCENES, Scene, two_walk_ins_for_one_room
from tests.races.midway import Doors, ever_goes_wrong
from tests.races.test_rooming_races import without_the_constraint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lock_cloud")]

each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)


@each_scene
def test_who_comes_in_the_midst_of_a_command_breaks_nothing(scene: Scene, doors: Doors) -> None:
    assert scene(doors) == []


@each_scene
def test_without_locks_who_comes_in_the_midst_breaks_it(
    scene: Scene, lockless_doors: Doors
) -> None:
    """The twin: it shows that the race is there, and what the locks are for."""
    assert ever_goes_wrong(scene, lockless_doors), "the race never happened"


def test_of_two_walk_ins_for_one_room_one_has_it(doors: Doors) -> None:
    assert two_walk_ins_for_one_room(doors) == []


def test_without_locks_and_constraint_two_walk_ins_share_the_room(lockless_doors: Doors) -> None:
    """The twin: the constraint on nights alone would keep them apart, too."""
    with without_the_constraint():
        assert ever_goes_wrong(two_walk_ins_for_one_room, lockless_doors)
