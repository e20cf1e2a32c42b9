"""How often somebody may try to log in, through whichever door.

The limits come before anything is looked up and count what was typed, so they say nothing about
which names exist. Wrong tries of one name from one address lock it out there long before those
from anywhere do: who guesses shuts the door to themselves first. Logins that exist go on.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth.models import User

from apps.common.alerts import clear_alert, raise_alert
from apps.common.errors import RateLimited
from apps.common.limits.checking import (
    check_rate,
    forget,
    has_calmed_down,
    is_within,
    require_room,
)
from apps.common.models import Alert
from apps.staff.login_rates import WRONG_FROM_ANYWHERE
from apps.staff.models import Membership
from apps.staff.services.lockouts import forget_tries, is_locked_out, time_locked_out

log = structlog.get_logger(__name__)

GUESSED: Final = "login_guessed"  # subject: the person
ANYWHERE: Final = "login-wrong-anywhere"
SHOWN_FOR: Final = timedelta(days=1)


def limit_logins(username: str, client_address: str) -> None:
    """Count a try from ``client_address``, and refuse it after too many wrong ones.

    Raises RateLimited.
    """
    check_rate("login", settings.RATE_LIMIT_LOGIN, client_address)
    require_room(ANYWHERE, WRONG_FROM_ANYWHERE, username)
    wait = time_locked_out(username, client_address)
    if wait:
        raise RateLimited(retry_after_seconds=math.ceil(wait.total_seconds()))


def note_wrong_login(username: str, *, is_locked: bool) -> None:
    """Count a wrong try by its name, and tell the person's hotels once there were too many.

    ``is_locked``: it was one too many for its address, where it is counted already.
    """
    is_within(ANYWHERE, WRONG_FROM_ANYWHERE, username)
    if is_locked or not has_calmed_down(ANYWHERE, WRONG_FROM_ANYWHERE, username):
        _tell_hotels(username)


def let_in_again(username: str) -> None:
    """Forget what was tried wrongly for the name, and close the alerts about it."""
    forget_tries(username)
    forget(ANYWHERE, WRONG_FROM_ANYWHERE, username)
    for user in User.objects.filter(username=username):
        for alert in Alert.objects.filter(kind=GUESSED, subject=_subject(user)):
            clear_alert(scope=alert.scope, kind=GUESSED, subject=alert.subject)


def close_calmed_alerts(now: datetime) -> bool:
    """Close alerts that were shown for a day, if nobody guesses now; nothing is left over."""
    shown = Alert.objects.filter(kind=GUESSED, closed_at=None, opened_at__lte=now - SHOWN_FOR)
    for alert in shown:
        user = User.objects.filter(pk=alert.subject.removeprefix("user:")).first()
        if user is None or not is_locked_out(user.get_username()):
            clear_alert(scope=alert.scope, kind=GUESSED, subject=alert.subject)
    return False


def _tell_hotels(username: str) -> None:
    """Alert the hotels at which somebody of that name works; others are only logged."""
    log.warning("login.guessed")
    for member in Membership.objects.filter(user__username=username).select_related("user"):
        raise_alert(
            scope=f"hotel:{member.hotel_id}",
            kind=GUESSED,
            subject=_subject(member.user),
            message=(
                f"Somebody tried too many wrong passwords for {member.user.get_username()}. "
                "Where they did, logging in has to wait for some minutes; logins that exist go on. "
                "If it was not the person, let them choose a new password."
            ),
        )


def _subject(user: User) -> str:
    return f"user:{user.pk}"
