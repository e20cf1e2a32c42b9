"""Local dates and clock times as instants, over changes of clocks in both directions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings.models import Booking, Hotel
from apps.bookings.stay_window import StayWindow, hotel_today, local_instant, stay_window

THREE, ELEVEN = time(15, 0), time(11, 0)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(zone: str, arrival: str, departure: str, **times: time) -> StayWindow:
    hotel = Hotel(
        timezone=zone,
        check_in_time=times.pop("check_in_time", THREE),
        check_out_time=times.pop("check_out_time", ELEVEN),
    )
    booking = Booking(
        hotel=hotel,
        check_in_date=date.fromisoformat(arrival),
        check_out_date=date.fromisoformat(departure),
        **times,
    )
    return stay_window(booking)


@pytest.mark.parametrize(
    ("zone", "arrival", "departure", "starts_at", "ends_at"),
    [
        # Clocks go forward on 29 March and back on 25 October 2026.
        ("Europe/Dublin", "2026-03-28", "2026-03-30", "2026-03-28T15:00", "2026-03-30T10:00"),
        ("Europe/Dublin", "2026-10-24", "2026-10-26", "2026-10-24T14:00", "2026-10-26T11:00"),
        # Back on 5 April, forward on 4 October 2026.
        ("Australia/Sydney", "2026-04-04", "2026-04-06", "2026-04-04T04:00", "2026-04-06T01:00"),
        ("Australia/Sydney", "2026-10-03", "2026-10-05", "2026-10-03T05:00", "2026-10-05T00:00"),
        # The same days, by half an hour.
        ("Australia/Lord_Howe", "2026-04-04", "2026-04-06", "2026-04-04T04:00", "2026-04-06T00:30"),
        ("Australia/Lord_Howe", "2026-10-03", "2026-10-05", "2026-10-03T04:30", "2026-10-05T00:00"),
        # Never, and half an hour off.
        ("Asia/Kolkata", "2026-03-28", "2026-03-30", "2026-03-28T09:30", "2026-03-30T05:30"),
    ],
)
def test_the_window_follows_the_hotels_clock(
    zone: str, arrival: str, departure: str, starts_at: str, ends_at: str
) -> None:
    found = window(zone, arrival, departure)

    assert (found.starts_at, found.ends_at) == (utc(starts_at), utc(ends_at))


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        ("Europe/Dublin", "2026-03-29", "01:30", "2026-03-29T01:00"),  # 02:00 summer time
        ("Australia/Sydney", "2026-10-04", "02:00", "2026-10-03T16:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
    ],
)
@pytest.mark.parametrize("is_end", [False, True])
def test_a_missing_time_is_the_next_valid_one(
    zone: str, day: str, clock: str, instant: str, is_end: bool
) -> None:
    found = local_instant(
        date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone), is_end=is_end
    )

    assert found == utc(instant)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "first", "second"),
    [
        ("Europe/Dublin", "2026-10-25", "01:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("Australia/Sydney", "2026-04-05", "02:30", "2026-04-04T15:30", "2026-04-04T16:30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
    ],
)
def test_of_a_repeated_time_the_first_begins_and_the_second_ends(
    zone: str, day: str, clock: str, first: str, second: str
) -> None:
    place = (date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))

    assert local_instant(*place, is_end=False) == utc(first)
    assert local_instant(*place, is_end=True) == utc(second)


def test_early_and_late_times_of_the_booking_win() -> None:
    found = window(
        "Europe/Dublin",
        "2026-06-01",
        "2026-06-03",
        early_check_in_time=time(9, 30),
        late_check_out_time=time(17, 0),
    )

    assert (found.starts_at, found.ends_at) == (utc("2026-06-01T08:30"), utc("2026-06-03T16:00"))


def test_midnight_is_a_time_like_any_other() -> None:
    found = window(
        "Asia/Kolkata",
        "2026-06-01",
        "2026-06-03",
        early_check_in_time=time(0),
        check_out_time=THREE,
    )

    assert found.starts_at == utc("2026-05-31T18:30")


@given(
    # Nuuk loses the last hour before midnight, Lord Howe half an hour, Troll goes by two.
    zone=st.sampled_from(
        [
            *("Europe/Dublin", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata"),
            *("America/Nuuk", "Antarctica/Troll", "Africa/Cairo", "Pacific/Chatham"),
        ]
    ),
    arrival=st.dates(date(2025, 1, 1), date(2032, 12, 31)),
    nights=st.integers(1, 60),
    check_in_time=st.times(),
    check_out_time=st.times(),
)
def test_the_window_is_never_empty_or_negative(
    zone: str, arrival: date, nights: int, check_in_time: time, check_out_time: time
) -> None:
    departure = arrival + timedelta(days=nights)
    found = window(
        zone,
        arrival.isoformat(),
        departure.isoformat(),
        check_in_time=check_in_time,
        check_out_time=check_out_time,
    )

    assert found.starts_at < found.ends_at


def test_a_night_whose_last_hour_is_missing_still_has_a_window() -> None:
    """Nuuk's clocks go from 23:00 to midnight on 28 March 2026."""
    found = window(
        "America/Nuuk",
        "2026-03-28",
        "2026-03-29",
        check_in_time=time(23, 30),
        check_out_time=time(0, 0),
    )

    assert found.starts_at < found.ends_at


@pytest.mark.parametrize(
    ("zone", "today"),
    [("Europe/Dublin", "2026-06-01"), ("Australia/Sydney", "2026-06-02")],
)
def test_today_is_the_day_of_the_hotels_people(zone: str, today: str) -> None:
    assert hotel_today(ZoneInfo(zone), utc("2026-06-01T22:30")) == date.fromisoformat(today)
