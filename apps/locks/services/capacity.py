"""How full a lock is, judged whenever its list has been read anyway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.common.alerts import clear_alert, raise_alert
from apps.locks.models import AccessCode, Lock
from apps.locks.reconciliation import Difference, Finding
from apps.locks.states import LIVE, CodeKind

# Source: TTLock open platform, passcode rules: 250 custom codes on one lock.
CAPACITY: Final = 250
NEARLY_FULL: Final = 0.8
CROWD: Final = 50  # the more codes are live, the sooner somebody who guesses meets one
LONG_ENOUGH: Final = 6
FULL_ALERT: Final = "lock_nearly_full"
SHORT_ALERT: Final = "short_codes_on_busy_lock"


def judge_capacity(lock: Lock, findings: Sequence[Finding]) -> None:
    """Raise or close the alerts about the number of live codes, foreign ones included."""
    codes = AccessCode.objects.filter(lock=lock, state__in=LIVE).exclude(kind=CodeKind.OFFLINE)
    foreign = sum(_takes_room(finding) for finding in findings)
    count = codes.count() + foreign
    _judge(
        lock,
        FULL_ALERT,
        is_wrong=count >= CAPACITY * NEARLY_FULL,
        message=f"{lock.name} holds {count} of {CAPACITY} codes: remove old ones.",
    )
    _judge(
        lock,
        SHORT_ALERT,
        is_wrong=count > CROWD and codes.filter(grant__pin_length__lt=LONG_ENOUGH).exists(),
        message=f"{lock.name} has {count} live codes: use codes of {LONG_ENOUGH} digits or more.",
    )


def _takes_room(finding: Finding) -> bool:
    listed = finding.listed
    is_foreign = finding.difference is Difference.UNKNOWN and listed is not None
    return is_foreign and listed is not None and listed.is_custom is not False


def _judge(lock: Lock, kind: str, *, is_wrong: bool, message: str) -> None:
    scope, subject = lock.account.alert_scope, str(lock.pk)
    if is_wrong:
        raise_alert(scope=scope, kind=kind, subject=subject, message=message)
    else:
        clear_alert(scope=scope, kind=kind, subject=subject)
