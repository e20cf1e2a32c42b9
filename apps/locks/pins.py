"""Choosing a PIN: memorable, unguessable, never trivial. Pure; the caller knows what is taken."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SHORTEST: Final = 4
LONGEST: Final = 9
ALL_DIGITS: Final = "0123456789"
YEAR_BEGINNINGS: Final = ("19", "20")  # a code that looks like a year of birth is tried first
KEYPAD_LINES: Final = ("2580", "0852", "1470", "0741", "3690", "0963", "1379", "9731", "7139")
ECHO_TRIES: Final = 300
ANY_TRIES: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class PinPolicy:
    """What a PIN must look like. ``own_numbers`` are the guest's: phone, booking, registration."""

    length: int = SHORTEST
    digits: str = ALL_DIGITS
    own_numbers: frozenset[str] = frozenset()

    def accepts(self, pin: str) -> bool:
        """Answer whether ``pin`` may be used at all, leaving aside what is taken."""
        return (
            len(pin) == self.length
            and set(pin) <= set(self.digits)
            and not pin.startswith(YEAR_BEGINNINGS)
            and not is_trivial(pin)
            and not any(pin in number for number in self.own_numbers)
        )


def is_trivial(pin: str) -> bool:
    """Answer whether a stranger would try ``pin`` early, or the vendor calls it too simple.

    Runs (1234, 9753), one or two different digits (1111, 1212), mirrored or repeated halves of a
    run, and straight lines on the keypad.
    """
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return len(set(pin)) <= 2 or len(steps) == 1 or pin in KEYPAD_LINES


def choose_pin(policy: PinPolicy, *, is_taken: Callable[[str], bool]) -> str | None:
    """Return a free PIN from a cryptographic source; None when none is found.

    Tries codes with an echo first (a digit that returns, such as 4 7 4 1): they are easier to
    keep in mind on the way from the phone to the door. Then any.
    """
    for candidate in _candidates(policy):
        if policy.accepts(candidate) and not is_taken(candidate):
            return candidate
    return None


def _candidates(policy: PinPolicy) -> Iterator[str]:
    for _ in range(ECHO_TRIES):
        yield _with_echo(policy)
    for _ in range(ANY_TRIES):
        yield "".join(secrets.choice(policy.digits) for _ in range(policy.length))


def _with_echo(policy: PinPolicy) -> str:
    """Return random digits of which one comes back two places later."""
    digits = [secrets.choice(policy.digits) for _ in range(policy.length)]
    place = secrets.randbelow(policy.length - 2)
    digits[place + 2] = digits[place]
    return "".join(digits)
