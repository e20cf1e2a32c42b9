"""What guests type: what is kept, what is refused, and that nothing breaks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings.cleaning import (
    clean_email,
    clean_name,
    clean_phone,
    clean_region,
    clean_registration,
    fold_name,
    last_four,
)
from apps.bookings.errors import InvalidCarRegistration, InvalidEmail, InvalidName, InvalidPhone
from apps.checkin.models import CheckInFlow

ANYTHING = st.text() | st.text(alphabet=st.characters(categories=["Cs", "Cc", "Mn", "Lo", "So"]))


def fits(field: str, text: str) -> bool:
    """Whether a column takes the text on PostgreSQL, which counts and refuses NUL."""
    length = CheckInFlow._meta.get_field(field).max_length
    return len(text) <= length and "\x00" not in text and text.encode() is not None


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mary O'Brien", "Mary O'Brien"),
        ("  Mary \t\n O'Brien ", "Mary O'Brien"),
        ("Se\u0301amus", "S\u00e9amus"),
        ("Anna-Lena 🎻", "Anna-Lena 🎻"),
        ("👩\u200d🚀 Mae", "👩\u200d🚀 Mae"),
        ("محمد علي", "محمد علي"),
        ("יעל כהן", "יעל כהן"),
        ("สมชาย ใจดี", "สมชาย ใจดี"),
        ("नरेन्द्र", "नरेन्द्र"),
        ("李", "李"),
        ("X" * 200, "X" * 200),
    ],
)
def test_names_of_all_people_are_kept(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "   ",
            "12345",
            "🎻",
            "\u0301",
            "'-.",
            "Ma\x00ry",
            "Ma\x07ry",
            "\u202eyraM",
            "\ud800",
        ),
        *("X" * 201, "M" * 5_000, "e\u0301" * 2_500, "Mary\ue000"),
    ],
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(InvalidName):
        clean_name(typed)


@given(ANYTHING)
def test_a_name_is_kept_clean_or_refused(typed: str) -> None:
    try:
        name = clean_name(typed)
    except InvalidName:
        return
    assert fits("full_name", name)
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)


# -- phones --------------------------------------------------------------------------------------

TYPED = [
    # Numbers kept for fiction, or the library's own examples where a country keeps none.
    ("+44 20 7946 0123", "IE", "+442079460123"),
    ("020 7946 0123", "GB", "+442079460123"),
    ("(202) 555-0123", "US", "+12025550123"),
    ("0491 570 156", "AU", "+61491570156"),
    ("01 99 00 12 34", "FR", "+33199001234"),
    ("030 23125 123", "DE", "+493023125123"),
    ("070-174 06 05", "SE", "+46701740605"),
]
EXAMPLES = [
    (phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL), region, number)
    for region in ("IE", "ES", "IT", "PL", "IN", "JP", "BR", "ZA")
    for number in [phonenumbers.example_number(region)]
]


@pytest.mark.parametrize(("typed", "region", "kept"), TYPED)
def test_numbers_are_kept_as_e164(typed: str, region: str, kept: str) -> None:
    assert clean_phone(typed, region) == kept


@pytest.mark.parametrize(("typed", "region", "number"), EXAMPLES)
def test_a_bare_number_belongs_to_its_region(
    typed: str, region: str, number: phonenumbers.PhoneNumber
) -> None:
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    assert clean_phone(typed, region) == expected


def test_a_country_code_wins_over_the_region() -> None:
    assert clean_phone("+44 20 7946 0123", "US") == clean_phone("0044 20 7946 0123", "IE")


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "abc", "12", "+", "+999 123 456 789", "020 7946 012", "020 7946 01234567890"),
        *("020 7946 0123 ext 5", "020 7946 0123 x5", "020 7946 0123;ext=5", "1-800-FLOWERS"),
        *("020 7946 O123", "\x00", "\ud800", "9" * 5_000),
    ],
)
def test_what_can_not_ring_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone):
        clean_phone(typed, "GB")


@pytest.mark.parametrize(("typed", "region"), [(None, "IE"), ("", "IE"), (" gb ", "GB")])
def test_the_region_is_the_guests_or_else_the_hotels(typed: str | None, region: str) -> None:
    assert clean_region(typed, "IE") == region


@pytest.mark.parametrize("typed", ["XX", "Ireland", "\x00", "\ud800", "3"])
def test_an_unknown_region_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone):
        clean_region(typed, "IE")


@given(ANYTHING | st.text(alphabet="+0123456789 ()-x;#*", max_size=45))
def test_a_phone_is_kept_as_e164_or_refused(typed: str) -> None:
    try:
        phone = clean_phone(typed, "GB")
    except InvalidPhone:
        return
    assert fits("phone_number", phone)
    assert clean_phone(phone, "US") == phone


# -- e-mail --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("", ""),
        ("  ", ""),
        (" mary@example.com ", "mary@example.com"),
        ("mary+stay@mail.example.com", "mary+stay@mail.example.com"),
    ],
)
def test_addresses_are_kept_trimmed(typed: str | None, kept: str) -> None:
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("mary", "mary@", "@example.com", "mary@example", "ma ry@example.com"),
        *("mary@example.com, eve@example.com", "mary@example.com\nBcc: eve@example.com"),
        *('"\x01"@example.com', "mary@exam\x00ple.com", "\ud800@example.com", "mary@\ud800.com"),
        "m" * 64 + "@" + "example." * 30 + "com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidEmail):
        clean_email(typed)


@given(ANYTHING | st.emails())
def test_an_address_is_kept_or_refused(typed: str) -> None:
    try:
        address = clean_email(typed)
    except InvalidEmail:
        return
    assert fits("email", address)
    assert address.isprintable()


# -- registrations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("191 d 12345", "191 D 12345"),
        ("  ab12\t  cde ", "AB12 CDE"),
        ("b-ma 4711", "B-MA 4711"),
        ("ａｂ１２", "AB12"),
        ("ш123тк", "Ш123ТК"),
        ("äö 1", "ÄÖ 1"),
        ("x1", "X1"),
    ],
)
def test_registrations_are_kept_in_capitals_with_single_spaces(typed: str, kept: str) -> None:
    assert clean_registration(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            "1",
            "-",
            "- 12",
            "AB--12",
            "AB_12",
            "AB.12",
            "ABCDEFGHIJKLM",
            "AB\x0012",
            "🚗 12",
        ),
        *("\ud800\ud800", "A B C D E F G H I J K L", "A" * 5_000),
    ],
)
def test_what_is_no_registration_is_refused(typed: str) -> None:
    with pytest.raises(InvalidCarRegistration):
        clean_registration(typed)


def test_a_car_without_a_registration_is_refused() -> None:
    with pytest.raises(InvalidCarRegistration):
        clean_registration(None)


@given(ANYTHING | st.text(alphabet="ab1 -ßﬃ①", max_size=30))
def test_a_registration_is_kept_or_refused(typed: str) -> None:
    try:
        plate = clean_registration(typed)
    except InvalidCarRegistration:
        return
    assert fits("car_registration", plate)
    assert clean_registration(plate) == plate


# -- comparing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "obrien"),
        ("Ní Bhriain", "nibhriain"),
        ("Müller", "MULLER"),
        ("Strauß", "strauss"),
    ],
)
def test_names_are_compared_without_case_accents_and_dashes(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("number", "digits"), [("+44 20 7946 0123", "0123"), ("", ""), ("123", ""), ("1234", "1234")]
)
def test_the_last_four_digits(number: str, digits: str) -> None:
    assert last_four(number) == digits


@given(ANYTHING)
@pytest.mark.parametrize("fold", [fold_name, last_four])
def test_comparing_breaks_on_nothing(fold: Callable[[str], str], typed: str) -> None:
    fold(typed).encode()
