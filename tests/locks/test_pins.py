"""What a PIN may be, for any house's keypad and any guest's numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.locks.pins import ALL_DIGITS, LONGEST, SHORTEST, PinPolicy, choose_pin, is_trivial

LENGTHS = st.integers(SHORTEST, LONGEST)
NUMBERS = st.text(alphabet=ALL_DIGITS, min_size=4, max_size=15)
KEYPADS = st.sets(st.sampled_from(ALL_DIGITS), min_size=4).map(lambda keys: "".join(sorted(keys)))


def nothing_taken(_digits: str) -> bool:
    return False


def everything_taken(_digits: str) -> bool:
    return True


@given(length=LENGTHS, keypad=KEYPADS, own=st.frozensets(NUMBERS, max_size=4))
def test_a_chosen_pin_keeps_every_rule(length: int, keypad: str, own: frozenset[str]) -> None:
    pin = choose_pin(
        PinPolicy(length=length, digits=keypad, own_numbers=own), is_taken=nothing_taken
    )

    assume(pin is not None)
    assert pin is not None
    assert len(pin) == length
    assert set(pin) <= set(keypad)
    assert not pin.startswith(("19", "20"))
    assert not any(pin in number for number in own)
    assert len(set(pin)) > 2
    assert len({(int(b) - int(a)) % 10 for a, b in pairwise(pin)}) > 1


@given(pin=NUMBERS.filter(lambda digits: len(digits) <= LONGEST), before=NUMBERS, after=NUMBERS)
def test_the_guests_own_numbers_are_refused_wherever_the_pin_stands_in_them(
    pin: str, before: str, after: str
) -> None:
    policy = PinPolicy(length=len(pin), own_numbers=frozenset({before + pin + after}))

    assert not policy.accepts(pin)


@pytest.mark.parametrize("length", range(SHORTEST, LONGEST + 1))
def test_every_length_has_pins(length: int) -> None:
    pin = choose_pin(PinPolicy(length=length), is_taken=nothing_taken)

    assert pin is not None


def test_none_when_all_are_taken() -> None:
    assert choose_pin(PinPolicy(), is_taken=everything_taken) is None


def test_a_taken_pin_is_never_chosen() -> None:
    policy = PinPolicy(digits="1234")
    first_half = {"1", "2"}

    for _ in range(50):
        pin = choose_pin(policy, is_taken=lambda digits: digits[0] in first_half)
        assert pin is not None
        assert pin[0] in "34"


@pytest.mark.parametrize(
    "pin",
    ["0000", "7777", "1234", "4321", "0123", "7890", "9753", "2468", "1212", "1122", "2580"],
)
def test_what_a_stranger_tries_first_is_trivial(pin: str) -> None:
    assert is_trivial(pin)


@pytest.mark.parametrize("year", ["1901", "1955", "1999", "2000", "2026"])
def test_a_year_of_birth_is_no_pin(year: str) -> None:
    assert not PinPolicy().accepts(year)
