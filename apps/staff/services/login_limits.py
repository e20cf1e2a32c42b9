"""How often somebody may try to log in.

The limits come before anything is looked up and count what was typed, so they say nothing about
which names exist. Wrong tries of one name from one address use up their window long before those
from anywhere do: who guesses shuts the door to themselves first. Logins that exist go on.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings

from apps.common.limits.checking import check_rate, is_within, require_room
from apps.common.limits.rates import Rate

WRONG_FROM_ADDRESS: Final = Rate(5, 5 * 60)
WRONG_FROM_ANYWHERE: Final = Rate(50, 15 * 60)


def limit_logins(username: str, client_address: str) -> None:
    """Count a try from ``client_address``, and refuse it after too many wrong ones.

    Raises RateLimited.
    """
    check_rate("login", settings.RATE_LIMIT_LOGIN, client_address)
    for name, rate, key in _windows(username, client_address):
        require_room(name, rate, key)


def count_wrong_login(username: str, client_address: str) -> None:
    """Count a wrong try; one that succeeds is not counted against anybody."""
    for name, rate, key in _windows(username, client_address):
        is_within(name, rate, key)


def _windows(username: str, client_address: str) -> tuple[tuple[str, Rate, str], ...]:
    return (
        ("login-wrong", WRONG_FROM_ADDRESS, f"{client_address} {username}"),
        ("login-wrong-anywhere", WRONG_FROM_ANYWHERE, username),
    )
