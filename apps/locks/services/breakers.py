"""A circuit breaker for each gateway.

After a failed command nothing is sent through the gateway for a while; then one command finds out
whether it is back, and everything that waited goes on at once. So a dead gateway costs a call
every now and then, not one for each code.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q
from django.utils import timezone

from apps.common.alerts import clear_alert, raise_alert
from apps.locks.models import AccessCode, Gateway, Lock
from apps.locks.states import CodeState
from apps.locks.ttlock.errors import GatewayOffline

FIRST_SHUT: Final = timedelta(seconds=4)
LONGEST_SHUT: Final = timedelta(seconds=25)  # a gateway that is back is found within a minute
WAITING: Final = frozenset(
    {CodeState.DELAYED, CodeState.FAILED, CodeState.REMOVING, CodeState.REMOVAL_FAILED}
)
ALERT: Final = "gateway_offline"
# "No gateway near the lock" and "lock offline". Source: TTLock open platform, error codes.
ABOUT_THE_LOCK: Final = frozenset({-2012, -3036})


def shut_until(lock: Lock) -> datetime | None:
    """Return when the first of the lock's gateways opens; None while one of them is open.

    A lock without known gateways is never shut off.
    """
    now = timezone.now()
    ends = [gateway.shut_until or now for gateway in lock.gateways.all()]
    return min(ends) if ends and min(ends) > now else None


def note_unreachable(lock: Lock, error: GatewayOffline) -> None:
    """A command found no gateway: shut the lock's gateways for a growing while.

    An answer about the lock alone (it is out of reach of a gateway that works) shuts no gateway
    that other doors are served by, unless that one is in trouble already.
    """
    now = timezone.now()
    for gateway in lock.gateways.all():
        if error.errcode in ABOUT_THE_LOCK and not gateway.failures:
            continue
        pause = min(FIRST_SHUT * (1 << min(gateway.failures, 8)), LONGEST_SHUT)
        Gateway.objects.filter(pk=gateway.pk).update(
            failures=F("failures") + 1, shut_until=now + pause, is_online=False
        )
        raise_alert(
            scope=gateway.account.alert_scope,
            kind=ALERT,
            subject=str(gateway.pk),
            message=f"Gateway {gateway.name} can't be reached: check its power and its network.",
        )


def note_reached(lock: Lock) -> None:
    """A command got through: open the lock's gateways and call forward what waited for them."""
    for gateway in lock.gateways.all():
        if gateway.is_online and not gateway.failures:
            continue  # as it was when the visit began; a failure since then is not this one's news
        is_news = Gateway.objects.filter(
            Q(failures__gt=0) | Q(is_online=False), pk=gateway.pk
        ).update(failures=0, shut_until=None, is_online=True)
        if is_news:
            call_forward(gateway)


def call_forward(gateway: Gateway) -> None:
    """Make everything that was put off for ``gateway`` due now, and close its alert."""
    now = timezone.now()
    AccessCode.objects.filter(
        lock__gateways=gateway, state__in=WAITING, due_at__gt=now, is_unrecallable=False
    ).update(due_at=now, attempts=0)
    clear_alert(scope=gateway.account.alert_scope, kind=ALERT, subject=str(gateway.pk))
