"""Calls to the lock cloud are counted and, where the vendor limits them, spared for guests.

The vendor counts by calendar month in UTC+8. Source: TTLock open platform, errors 30006 and 30007.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, CharField, F, IntegerField, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.common.alerts import clear_alert, raise_alert
from apps.common.statements import Given, KnownUpdate
from apps.locks.models import LockAccount
from apps.locks.ttlock.errcodes import BEIJING
from apps.locks.ttlock.errors import LockCloudError, QuotaUsedUp, RateLimited

KEPT_FOR_GUESTS: Final = 0.2  # of a month's calls; sweeps stop before these
SLOWED_FOR: Final = timedelta(seconds=30)
ALERT: Final = "lock_cloud_limit"
MOST_COUNTED: Final = 2_000_000_000  # the column ends soon after
MONTH: Final = Given("month", CharField())
COUNT: Final = KnownUpdate(
    lambda: LockAccount.objects.filter(pk=Given("pk")),
    calls_this_month=Case(
        When(counted_month=MONTH, then=F("calls_this_month") + 1),
        default=Value(1),
        output_field=IntegerField(),
    ),
    counted_month=MONTH,
)


def count_call(account_id: int, now: datetime | None = None) -> None:
    """Count one call of the present month; the first of a month begins anew."""
    COUNT.run(pk=account_id, month=_month_of(now or timezone.now()))


def note_vendors_count(account_id: int, count: int) -> None:
    """Take over the vendor's own count of this month where it is higher: others call as well."""
    month, count = _month_of(timezone.now()), min(max(count, 0), MOST_COUNTED)
    LockAccount.objects.filter(pk=account_id).update(
        calls_this_month=Case(
            When(counted_month=month, then=Greatest(F("calls_this_month"), Value(count))),
            default=Value(count),
            output_field=IntegerField(),
        ),
        counted_month=Value(month, output_field=CharField()),
    )


def may_call(account: LockAccount, now: datetime | None = None) -> bool:
    """Answer whether the vendor takes calls from the account at all now."""
    return account.blocked_until is None or account.blocked_until <= (now or timezone.now())


def may_sweep(account: LockAccount, now: datetime | None = None) -> bool:
    """Answer whether calls are left for looking things over, after those kept for guests."""
    now = now or timezone.now()
    if not may_call(account, now):
        return False
    limit = account.monthly_call_limit
    is_this_month = account.counted_month == _month_of(now)
    return (
        limit is None
        or not is_this_month
        or account.calls_this_month < limit * (1 - KEPT_FOR_GUESTS)
    )


def note_limit(account: LockAccount, error: LockCloudError) -> None:
    """Stop calling for as long as the vendor asks, and show it to staff."""
    if isinstance(error, QuotaUsedUp):
        until = error.resets_at
    elif isinstance(error, RateLimited):
        until = timezone.now() + (error.retry_after or SLOWED_FOR)
    else:
        return
    LockAccount.objects.filter(pk=account.pk).update(
        blocked_until=until, blocked_because=error.staff_advice[:200]
    )
    raise_alert(
        scope=account.alert_scope,
        kind=ALERT,
        subject=type(error).__name__,
        message=error.staff_advice,
    )


def note_open(account: LockAccount) -> None:
    """A call got through after a block had ended: staff need not look any more."""
    if account.blocked_until is None or account.blocked_until > timezone.now():
        return
    LockAccount.objects.filter(pk=account.pk).update(blocked_until=None, blocked_because="")
    for kind in (QuotaUsedUp, RateLimited):
        clear_alert(scope=account.alert_scope, kind=ALERT, subject=kind.__name__)


def _month_of(instant: datetime) -> str:
    return instant.astimezone(BEIJING).strftime("%Y-%m")
