"""A circuit breaker for each gateway.

After a failed command nothing is sent through the gateway for a while; then one command finds out
whether it is back, and everything that waited goes on at once. So a dead gateway costs a call
every now and then, not one for each code.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import F, Q
from django.utils import timezone

from apps.common.alerts import clear_alert, raise_alert
from apps.locks.models import AccessCode, Gateway, Lock
from apps.locks.states import CodeState

FIRST_SHUT: Final = timedelta(seconds=4)
LONGEST_SHUT: Final = timedelta(seconds=25)  # a gateway that is back is found within a minute
WAITING: Final = frozenset(
    {CodeState.DELAYED, CodeState.FAILED, CodeState.REMOVING, CodeState.REMOVAL_FAILED}
)
ALERT: Final = "gateway_offline"


def is_shut(lock: Lock) -> bool:
    """Answer whether every known gateway of the lock is shut; one without gateways never is."""
    shut = [
        gateway.shut_until is not None and gateway.shut_until > timezone.now()
        for gateway in lock.gateways.all()
    ]
    return bool(shut) and all(shut)


def note_unreachable(lock: Lock) -> None:
    """A command found no gateway: shut the lock's gateways for a growing while."""
    now = timezone.now()
    for gateway in lock.gateways.all():
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
