"""One snapshot: what is read together is of one state, whoever commits meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.common.models import EventStream
from apps.common.reading import one_snapshot
from tests.background import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def somebody_commits() -> None:
    (made,) = at_once(lambda: EventStream.objects.create(name="another"))
    assert isinstance(made, EventStream), made


def count_before_and_after_a_commit() -> tuple[int, int]:
    before = EventStream.objects.count()
    somebody_commits()
    return before, EventStream.objects.count()


@pytest.mark.parametrize("is_open", [True, False])
def test_two_reads_of_one_snapshot_see_one_state(is_open: bool) -> None:
    connection.ensure_connection()
    if not is_open:
        connection.close()
    with one_snapshot():
        before, after = count_before_and_after_a_commit()

    assert before == after
    assert EventStream.objects.count() == before + 1


def test_two_reads_without_it_see_two_states() -> None:
    """The twin: without the snapshot the race is there."""
    before, after = count_before_and_after_a_commit()

    assert after == before + 1
