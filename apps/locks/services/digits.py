"""Which digits a grant has: free on every lock that it opens, and others where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.locks.errors import NoFreePin
from apps.locks.models import AccessGrant, Lock
from apps.locks.pins import ALL_DIGITS, PinPolicy, choose_pin
from apps.locks.selectors import is_live_on_any
from apps.locks.services.history import record

PIN_TRIES: Final = 5
OTHER_DIGITS: Final = "other digits"


def pick_pin(locks: Sequence[Lock], *, length: int, own_numbers: frozenset[str]) -> str:
    """Return a PIN that is free on every one of ``locks``. Raises NoFreePin."""
    keys = "".join(
        digit for digit in ALL_DIGITS if all(digit in lock.keypad_digits for lock in locks)
    )
    policy = PinPolicy(length=length, digits=keys, own_numbers=own_numbers)
    pin = choose_pin(policy, is_taken=lambda digits: is_live_on_any(digits, locks))
    if pin is None:
        raise NoFreePin
    return pin


def change_digits(grant: AccessGrant, *, reason: str) -> None:
    """Store other digits for the grant; the caller holds its lock and aligns it afterwards.

    Where there are none, or too many were tried, the grant is given up: a person has to act.
    """
    if grant.history.filter(event=OTHER_DIGITS).count() >= PIN_TRIES:
        mark_given_up(grant, reason="The locks refused one PIN after the other.")
        return
    try:
        grant.pin = pick_pin(
            list(grant.locks.all()),
            length=grant.pin_length,
            own_numbers=frozenset(grant.own_numbers.split()),
        )
    except NoFreePin as error:
        mark_given_up(grant, reason=error.message)
        return
    grant.save(update_fields=["pin"])
    record(OTHER_DIGITS, grant=grant, reason=reason)


def mark_given_up(grant: AccessGrant, *, reason: str) -> None:
    """Store that a person has to act; the caller holds the grant's lock and aligns afterwards."""
    grant.is_given_up = True
    grant.save(update_fields=["is_given_up"])
    record("given up", grant=grant, reason=reason)
