"""What a lock itself cries out about. Nobody can say that it is right again, so a day closes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from apps.common.alerts import raise_alert
from apps.common.models import Alert
from apps.locks.models import Lock
from apps.locks.ttlock.answers import RecordType

ALARMS: Final[Mapping[RecordType, str]] = {
    RecordType.TAMPER_ALARM: "reports that it is being tampered with: look at the door now",
    RecordType.KEYPAD_LOCKED_OUT: "is locked out after wrong codes: somebody may be guessing",
}
SHOWN_FOR: Final = timedelta(days=1)


def note_alarm(lock: Lock, record_type: int | None, *, happened_at: datetime) -> None:
    """Tell staff of an alarm, unless it is history: records are read again and again."""
    alarm = next((alarm for alarm in ALARMS if alarm == record_type), None)
    if alarm is None or happened_at <= timezone.now() - SHOWN_FOR:
        return
    raise_alert(
        scope=lock.account.alert_scope,
        kind=alarm.name.lower(),
        subject=str(lock.pk),
        message=f"{lock.name} {ALARMS[alarm]}.",
    )


def close_old_alarms(now: datetime) -> bool:
    """Close what was shown for a day, so that the next one is news. Returns whether any is left."""
    kinds = [alarm.name.lower() for alarm in ALARMS]
    alarms = Alert.objects.filter(kind__in=kinds, closed_at__isnull=True)
    alarms.filter(opened_at__lte=now - SHOWN_FOR).update(closed_at=now)
    return False
