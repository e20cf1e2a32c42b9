"""What is asked every second, and what goes through tables that only grow, finds its rows by
indexes. The bench ``plans`` looks at far more, in a far larger house."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.common.models import Alert
from bench.common.plans import Judged, Limits, judge_all
from bench.hot_work import House, guests, jobs

pytestmark = [pytest.mark.django_db, pytest.mark.once("postgres")]

# In a house this small many a table is quickly read from end to end; these are not among them.
LIMITS = Limits(big_table=3_000, rows=2_500, rows_each=5, buffers=2_500)
SELDOM = (
    *("metrics:", "duty: bookings.mornings", "guest: stay"),
    "duty: checkin.purge_completed_flows",
)


def test_sweeps_and_purges_find_their_rows_by_indexes() -> None:
    call_command("make_volume", "--anyway", bookings=4000, seats=400, hotels=4, stdout=StringIO())
    house = House.of(Hotel.objects.order_by("pk")[1])

    slow = {
        name: [one.faults for one in judged if one.faults]
        for name, judged in plans(house).items()
        if any(one.faults for one in judged)
    }

    assert not slow


def plans(house: House) -> dict[str, list[Judged]]:
    work = {**guests(house), **jobs()}
    return {name: judge_all(do, LIMITS) for name, do in work.items() if not name.startswith(SELDOM)}


def test_a_statement_that_goes_through_a_whole_table_is_told() -> None:
    columns = {"scope": "x", "kind": "k", "message": "m", "opened_at": timezone.now()}
    Alert.objects.bulk_create(Alert(subject=str(place), **columns) for place in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE common_alert")

    judged = judge_all(lambda: list(Alert.objects.filter(message="nobody's")), LIMITS)

    assert [fault for one in judged for fault in one.faults] == [
        "reads common_alert from end to end",
        "reads 3,000 rows for 0",
    ]
