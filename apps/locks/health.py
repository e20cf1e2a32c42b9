"""Whether the lock cloud can be reached, and will have us."""

from __future__ import annotations

import time
from typing import Final

import requests
from django.conf import settings
from django.utils import timezone

from apps.common.health import Check, Unwell, register_check
from apps.locks.models import LockAccount

ANSWER_SECONDS: Final = 1.5
LOOK_EVERY_SECONDS: Final = 15.0  # the cloud is somebody else's, and probes come every few seconds

_looked: tuple[float, str | None] | None = None


def register_all() -> None:
    """Make the check known."""
    register_check(Check(name="lock_cloud", ask=ask_lock_cloud))


def ask_lock_cloud() -> None:
    """Raises Unwell. Where there are no locks, there is nothing to ask."""
    global _looked
    blocked = LockAccount.objects.filter(blocked_until__gt=timezone.now()).count()
    if blocked:
        raise Unwell(f"The lock cloud refuses {blocked} account(s); alerts say why.")
    if not LockAccount.objects.exists():
        return
    if _looked is None or time.monotonic() >= _looked[0] + LOOK_EVERY_SECONDS:
        _looked = time.monotonic(), _look()
    if _looked[1] is not None:
        raise Unwell(_looked[1])


def _look() -> str | None:
    """Return what is wrong, or None. Any answer but a broken server's will do; it costs no call."""
    try:
        answer = requests.head(settings.TTLOCK_API_URL, timeout=ANSWER_SECONDS)
    except requests.RequestException:
        return "The lock cloud can't be reached: codes are set and removed as soon as it can."
    if answer.status_code >= 500:
        return "The lock cloud is broken: codes are set and removed as soon as it is well."
    return None
