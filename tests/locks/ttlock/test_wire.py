"""The vendor's instants, numbers and flags, and what is made of loose ones."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.locks.ttlock.wire import (
    UnreadableAnswer,
    ceil_hour,
    ceil_minute,
    find_flag,
    find_instant,
    find_int,
    find_text,
    floor_hour,
    floor_minute,
    from_vendor_millis,
    get_int,
    get_rows,
    to_vendor_millis,
)

KOLKATA = timezone(timedelta(hours=5, minutes=30))
instants = st.datetimes(
    min_value=datetime.fromisoformat("2000-01-01"),
    max_value=datetime.fromisoformat("2100-01-01"),
    timezones=st.sampled_from([UTC, KOLKATA, ZoneInfo("Europe/Dublin")]),
)


def test_millis_count_from_1970_in_utc() -> None:
    assert to_vendor_millis(datetime(2026, 6, 1, 13, 0, tzinfo=UTC)) == 1_780_318_800_000
    assert from_vendor_millis(1_780_318_800_000) == datetime(2026, 6, 1, 13, 0, tzinfo=UTC)


def test_the_same_instant_in_any_zone_is_the_same_number() -> None:
    in_dublin = datetime(2026, 6, 1, 14, 0, tzinfo=ZoneInfo("Europe/Dublin"))
    assert to_vendor_millis(in_dublin) == 1_780_318_800_000


@given(instants)
def test_going_there_and_back_loses_less_than_a_millisecond(instant: datetime) -> None:
    back = from_vendor_millis(to_vendor_millis(instant))
    assert timedelta(0) <= instant - back < timedelta(milliseconds=1)


def test_a_naive_time_is_refused_rather_than_guessed() -> None:
    naive = datetime.fromisoformat("2026-06-01T12:00")
    for function in (to_vendor_millis, floor_minute, ceil_minute, floor_hour, ceil_hour):
        with pytest.raises(ValueError, match="aware"):
            function(naive)


@given(instants)
def test_rounding_goes_outward_by_less_than_one_grain(instant: datetime) -> None:
    assert timedelta(0) <= instant - floor_minute(instant) < timedelta(minutes=1)
    assert timedelta(0) <= ceil_minute(instant) - instant < timedelta(minutes=1)
    assert to_vendor_millis(floor_minute(instant)) % 60_000 == 0
    assert to_vendor_millis(ceil_minute(instant)) % 60_000 == 0


def test_whole_minutes_and_hours_stay_as_they_are() -> None:
    noon = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert floor_minute(noon) == ceil_minute(noon) == floor_hour(noon) == ceil_hour(noon) == noon


def test_hours_are_whole_on_the_clock_face_they_are_given_in() -> None:
    half_past_utc = datetime(2026, 6, 1, 14, 0, tzinfo=KOLKATA)
    assert floor_hour(half_past_utc) == half_past_utc
    assert floor_hour(half_past_utc.astimezone(UTC)) != half_past_utc


def test_the_hour_after_the_clocks_go_forward_is_one_hour_later() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/Dublin"))
    assert ceil_hour(before).astimezone(UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", [42, "42", " 42 ", 42.0])
def test_ids_come_as_numbers_or_as_digits_in_quotes(value: object) -> None:
    assert get_int({"lockId": value}, "lockId") == 42


@pytest.mark.parametrize(
    "value", [None, "", "x", "4x", "٤٢", [], {}, 1.5, float("nan"), 2**63, "9" * 30]
)
def test_what_is_no_number_is_not_taken_for_one(value: object) -> None:
    assert find_int({"lockId": value}, "lockId") is None
    with pytest.raises(UnreadableAnswer, match="lockId"):
        get_int({"lockId": value}, "lockId")


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        *((1, True), ("1", True), (True, True), ("true", True)),
        *((0, False), ("0", False), (False, False), ("FALSE", False), (2, False)),
        *((None, None), ("?", None), (7, None)),
    ],
)
def test_flags_come_as_numbers_text_or_booleans(value: object, flag: bool | None) -> None:
    assert find_flag({"isOnline": value}, "isOnline") is flag


def test_codes_keep_their_leading_zeros() -> None:
    assert find_text({"keyboardPwd": "0042"}, "keyboardPwd") == "0042"
    assert find_text({"keyboardPwd": 731942}, "keyboardPwd") == "731942"


def test_zero_and_absence_are_no_instant() -> None:
    assert find_instant({"endDate": 0}, "endDate") is None
    assert find_instant({}, "endDate") is None


def test_an_instant_beyond_the_calendar_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer):
        find_instant({"endDate": 2**62}, "endDate")


@pytest.mark.parametrize(
    "answer", [{}, {"list": None}, {"list": {}}, {"list": [1]}, {"list": "[]"}]
)
def test_a_list_that_is_none_is_unreadable(answer: dict[str, object]) -> None:
    with pytest.raises(UnreadableAnswer):
        get_rows(answer)


def test_errors_do_not_repeat_the_value() -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        get_int({"keyboardPwdId": "code 731942"}, "keyboardPwdId")
    assert "731942" not in str(caught.value)
