"""The hours that an offline code may ask for: they cover the stay, and no two guests share them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.locks.offline_slots import HOUR, candidate_slots

ZONES = [
    "UTC",
    "Europe/Dublin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "Pacific/Auckland",
]
FIRST_USE_WITHIN = timedelta(hours=24)  # the lock's own rule

zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001  # hypothesis wants naive bounds
    lambda instant: instant.replace(second=0, microsecond=0)
)
stays = st.timedeltas(timedelta(minutes=30), timedelta(days=30))
waits = st.timedeltas(timedelta(days=-5), timedelta(days=60))


def slots_of(
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo, now: datetime
) -> list[tuple[datetime, datetime]]:
    return list(candidate_slots(starts_at=starts_at, ends_at=ends_at, now=now, zone=zone))


@given(starts_at=instants, stay=stays, wait=waits, zone=zones)
@settings(max_examples=60)
def test_every_slot_covers_what_is_left_of_the_stay_in_whole_hours_of_the_zone(
    starts_at: datetime, stay: timedelta, wait: timedelta, zone: ZoneInfo
) -> None:
    now, ends_at = starts_at - wait, starts_at + stay
    slots = slots_of(starts_at, ends_at, zone, now)

    assert len(slots) == len(set(slots))
    for start, end in slots:
        assert start <= max(starts_at, now)
        assert end >= ends_at
        for instant in (start, end):
            local = instant.astimezone(zone)
            assert (local.minute, local.second, local.microsecond) == (0, 0, 0)


@given(starts_at=instants, stay=stays, wait=waits, zone=zones)
@settings(max_examples=60)
def test_every_slot_leaves_eleven_hours_for_the_first_use(
    starts_at: datetime, stay: timedelta, wait: timedelta, zone: ZoneInfo
) -> None:
    now = starts_at - wait
    for start, _ in slots_of(starts_at, starts_at + stay, zone, now):
        assert start + FIRST_USE_WITHIN >= max(starts_at, now) + timedelta(hours=11)


@pytest.mark.parametrize("name", [name for name in ZONES if name != "Australia/Lord_Howe"])
@given(starts_at=instants, stay=stays)
@settings(max_examples=20)
def test_forty_guests_with_equal_dates_find_hours_of_their_own(
    name: str, starts_at: datetime, stay: timedelta
) -> None:
    assert len(slots_of(starts_at, starts_at + stay, ZoneInfo(name), starts_at)) > 40


def test_the_closest_fit_comes_first() -> None:
    starts_at = datetime(2026, 6, 1, 14, 20, tzinfo=UTC)
    ends_at = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)
    slots = slots_of(starts_at, ends_at, ZoneInfo("UTC"), starts_at)

    first = (starts_at.replace(minute=0), ends_at)
    assert slots[:3] == [
        first,
        (first[0] - HOUR, first[1]),
        (first[0], first[1] + HOUR),
    ]


def test_half_an_hour_zones_count_their_own_hours() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    starts_at = datetime(2026, 6, 1, 14, 0, tzinfo=kolkata)
    start, end = slots_of(starts_at, starts_at + timedelta(days=1), kolkata, starts_at)[0]

    assert start == starts_at
    assert end == starts_at + timedelta(days=1)
    assert start.astimezone(UTC).minute == 30


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        ("2026-03-28T15:00", "2026-03-29T11:00"),  # the night an hour is left out
        ("2026-10-24T15:00", "2026-10-25T11:00"),  # the night an hour comes twice
    ],
)
def test_a_night_in_which_the_clocks_change_is_covered_exactly(
    starts_at: str, ends_at: str
) -> None:
    dublin = ZoneInfo("Europe/Dublin")
    start = datetime.fromisoformat(starts_at).replace(tzinfo=dublin)
    end = datetime.fromisoformat(ends_at).replace(tzinfo=dublin)

    assert slots_of(start, end, dublin, start)[0] == (start, end)


def test_a_late_guest_gets_hours_that_begin_now() -> None:
    """The lock suspends a code that is not used within 24 hours of its start."""
    starts_at = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
    now = datetime(2026, 6, 2, 20, 30, tzinfo=UTC)
    start, _ = slots_of(starts_at, starts_at + timedelta(days=3), ZoneInfo("UTC"), now)[0]

    assert start == datetime(2026, 6, 2, 20, 0, tzinfo=UTC)


def test_no_slot_is_longer_than_a_year() -> None:
    starts_at = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
    year, zone = timedelta(days=365), ZoneInfo("UTC")

    assert slots_of(starts_at, starts_at + year, zone, starts_at) == [(starts_at, starts_at + year)]
    assert slots_of(starts_at, starts_at + year + HOUR, zone, starts_at) == []
