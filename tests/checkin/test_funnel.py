"""The funnel: counted by the hotel's days, the same on both databases."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from apps.bookings.day_range import DEFAULT_DAYS
from apps.bookings.models import Hotel
from apps.checkin.api.funnel import funnel_body
from apps.checkin.funnel import FunnelFigures, check_in_funnel
from apps.checkin.states import DeviceType, PinFailure, Step
from apps.common.errors import Invalid
from graphql_schema.checkin.funnel import CheckInFunnel
from tests.factories.bookings import HotelFactory
from tests.factories.checkin import CheckInAnalyticsFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 7, 1)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOTHING = FunnelFigures()


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def count_pins(hotel: Hotel, seconds: Iterable[float], **more: Any) -> None:
    """Count one check-in for each PIN that took so many seconds."""
    for took in seconds:
        CheckInAnalyticsFactory(
            **{"hotel": hotel, "started_at": NOON} | more,
            furthest_step=Step.DETAILS,
            pin_asked_at=NOON,
            pin_ready_at=NOON + timedelta(seconds=took),
            seconds_to_pin=took,
        )


def on(hotel: Hotel, day: date) -> FunnelFigures:
    return check_in_funnel(hotel, since=day, until=day).total


# -- counts --------------------------------------------------------------------------------------


def test_everybody_who_came_further_also_reached_the_steps_before(hotel: Hotel) -> None:
    for step in (Step.FOUND, Step.FOUND, Step.DETAILS, Step.PARKING):
        CheckInAnalyticsFactory(hotel=hotel, started_at=NOON, furthest_step=step)
    CheckInAnalyticsFactory(hotel=hotel, started_at=NOON, completed=True)

    figures = on(hotel, DAY)
    assert (figures.started, figures.reached_details) == (5, 3)
    assert (figures.reached_parking, figures.completed) == (2, 1)
    assert figures.completion_rate == pytest.approx(0.2)


def test_what_the_desk_finished_is_not_the_guests_completion(hotel: Hotel) -> None:
    CheckInAnalyticsFactory(
        hotel=hotel,
        started_at=NOON,
        completed=True,
        furthest_step=Step.DETAILS,
        is_finished_by_staff=True,
    )

    figures = on(hotel, DAY)
    assert (figures.completed, figures.finished_by_staff, figures.completion_rate) == (0, 1, 0)


def test_the_failure_rate_is_of_those_who_asked_for_a_pin(hotel: Hotel) -> None:
    CheckInAnalyticsFactory(hotel=hotel, started_at=NOON)
    count_pins(hotel, [1, 2, 3])
    CheckInAnalyticsFactory(
        hotel=hotel,
        started_at=NOON,
        pin_asked_at=NOON,
        had_pin_failure=True,
        pin_failure=PinFailure.UNREACHABLE,
    )

    assert on(hotel, DAY).failure_rate == pytest.approx(0.25)


def test_a_day_without_check_ins_is_there_with_nothing_to_share(hotel: Hotel) -> None:
    CheckInAnalyticsFactory(hotel=hotel, started_at=NOON)

    funnel = check_in_funnel(hotel, since=DAY - timedelta(days=1), until=DAY + timedelta(days=1))

    assert [day.day.day for day in funnel.days] == [30, 1, 2]
    assert [day.figures.started for day in funnel.days] == [0, 1, 0]
    assert funnel.days[0].figures == NOTHING
    assert (NOTHING.completion_rate, NOTHING.failure_rate) == (None, None)


def test_days_outside_the_range_and_other_hotels_do_not_count(hotel: Hotel) -> None:
    for days in (-1, 0, 1):
        CheckInAnalyticsFactory(hotel=hotel, started_at=NOON + timedelta(days=days))
    CheckInAnalyticsFactory(started_at=NOON)

    assert on(hotel, DAY).started == 1


def test_every_kind_of_device_has_its_own_figures(hotel: Hotel) -> None:
    count_pins(hotel, [2], device_type=DeviceType.MOBILE)
    count_pins(hotel, [4, 6], device_type=DeviceType.DESKTOP)

    devices = {
        found.device_type: found.figures
        for found in check_in_funnel(hotel, since=DAY, until=DAY).devices
    }
    assert {kind: figures.started for kind, figures in devices.items()} == {
        DeviceType.MOBILE: 1,
        DeviceType.TABLET: 0,
        DeviceType.DESKTOP: 2,
        DeviceType.OTHER: 0,
    }
    assert devices[DeviceType.DESKTOP].median_seconds_to_pin == 5


# -- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Dublin", date(2026, 3, 29), 23),
        ("Europe/Dublin", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
    ids=str,
)
def test_a_day_has_the_hours_that_it_has_at_the_hotel(zone: str, day: date, hours: float) -> None:
    """One check-in each half hour: as many count for the day as it has half hours."""
    hotel = HotelFactory(timezone=zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for half_hours in range(-4, 56):
        CheckInAnalyticsFactory(
            hotel=hotel, started_at=midnight + timedelta(minutes=30 * half_hours)
        )

    assert on(hotel, day).started == hours * 2


def test_without_days_the_funnel_is_of_the_last_thirty_at_the_hotel() -> None:
    hotel = HotelFactory(timezone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 6, 30, 13, tzinfo=UTC), tick=False):
        funnel = check_in_funnel(hotel)

    assert funnel.until == date(2026, 7, 1)
    assert len(funnel.days) == DEFAULT_DAYS
    assert funnel.days[0].day == funnel.since == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (DAY, DAY - timedelta(days=1)),
        (DAY - timedelta(days=366), DAY),
        (date.min, date.max),
    ],
    ids=str,
)
def test_days_in_the_wrong_order_and_too_many_of_them_are_refused(
    hotel: Hotel, since: date, until: date
) -> None:
    with pytest.raises(Invalid):
        check_in_funnel(hotel, since=since, until=until)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [(DAY - timedelta(days=365), DAY, 366), (None, date.min, 1), (date.max, date.max, 1)],
    ids=str,
)
def test_the_longest_range_and_the_ends_of_the_calendar_are_answered(
    hotel: Hotel, since: date | None, until: date, days: int
) -> None:
    assert len(check_in_funnel(hotel, since=since, until=until).days) == days


# -- percentiles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "median", "p90"),
    [
        ([7.5], 7.5, 7.5),
        ([1, 3], 2, 2.8),
        ([9, 1, 5], 5, 8.2),
        ([4, 4, 4, 4], 4, 4),
        (range(11), 5, 9),
        ([*[1] * 9, 1000], 1, 100.9),
    ],
    ids=str,
)
def test_median_and_ninetieth_percentile(
    hotel: Hotel, seconds: Iterable[float], median: float, p90: float
) -> None:
    count_pins(hotel, seconds)

    figures = on(hotel, DAY)
    assert figures.median_seconds_to_pin == pytest.approx(median)
    assert figures.p90_seconds_to_pin == pytest.approx(p90)


def test_those_without_a_pin_do_not_count_in_the_time_to_it(hotel: Hotel) -> None:
    CheckInAnalyticsFactory.create_batch(5, hotel=hotel, started_at=NOON)
    count_pins(hotel, [3])

    assert on(hotel, DAY).median_seconds_to_pin == 3


def test_days_devices_and_the_whole_agree_with_a_second_way_of_counting(hotel: Hotel) -> None:
    chance = random.Random(4)  # noqa: S311  # test data
    took: dict[tuple[date, DeviceType], list[float]] = {}
    for _ in range(150):
        key = (DAY + timedelta(days=chance.randrange(4)), chance.choice(list(DeviceType)))
        took.setdefault(key, []).append(chance.randrange(60))
    for (day, kind), seconds in took.items():
        started_at = NOON + (day - DAY)
        count_pins(hotel, seconds, device_type=kind, started_at=started_at)

    funnel = check_in_funnel(hotel, since=DAY, until=DAY + timedelta(days=3))

    def of(*wanted: Any) -> list[float]:
        return [took_one for key in took if {*wanted} <= {*key} for took_one in took[key]]

    groups = [
        (funnel.total, of()),
        *[(found.figures, of(found.day)) for found in funnel.days],
        *[(found.figures, of(found.device_type)) for found in funnel.devices],
    ]
    for figures, seconds in groups:
        assert figures.started == len(seconds)
        assert figures.median_seconds_to_pin == pytest.approx(statistics.median(seconds))
        deciles = statistics.quantiles(seconds, n=10, method="inclusive")
        assert figures.p90_seconds_to_pin == pytest.approx(deciles[-1])


def test_the_funnel_costs_the_same_for_one_check_in_and_for_many(
    hotel: Hotel, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    count_pins(hotel, [1])
    one = queries_of(lambda: on(hotel, DAY))
    count_pins(hotel, range(40))

    assert queries_of(lambda: check_in_funnel(hotel, until=DAY)) == one == 4


# -- the faces -----------------------------------------------------------------------------------


def test_rest_shows_the_funnel_in_its_name(hotel: Hotel) -> None:
    count_pins(hotel, [1, 2])
    body = funnel_body(check_in_funnel(hotel, since=DAY, until=DAY))["funnel"]

    assert (body["since"], body["until"]) == ("2026-07-01", "2026-07-01")
    assert body["total"] == {
        "started": 2,
        "reached_details": 2,
        "reached_parking": 0,
        "completed": 0,
        "finished_by_staff": 0,
        "completion_rate": 0.0,
        "pins_asked": 2,
        "pins_failed": 0,
        "failure_rate": 0.0,
        "median_seconds_to_pin": 1.5,
        "p90_seconds_to_pin": pytest.approx(1.9),
    }
    assert body["days"] == [{"day": "2026-07-01", "figures": body["total"]}]
    assert [device["device_type"] for device in body["devices"]] == DeviceType.values


def test_graphql_shows_what_rest_shows(hotel: Hotel) -> None:
    count_pins(hotel, [1, 2])
    found = check_in_funnel(hotel, since=DAY, until=DAY)
    shown = CheckInFunnel.of(found)
    body = funnel_body(found)["funnel"]

    assert (shown.since, shown.until) == (DAY, DAY)
    assert {name: getattr(shown.total, name) for name in body["total"]} == body["total"]
    assert (shown.days[0].day, shown.days[0].figures) == (DAY, shown.total)
    assert [device.device_type for device in shown.devices] == list(DeviceType)
