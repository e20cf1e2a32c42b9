"""What is done every so often on the shared ground."""

from datetime import timedelta

from apps.common.events import purge_events
from apps.common.maintenance import PeriodicDuty, register_duty
from apps.common.purge import purge_alerts, purge_notices


def register_all() -> None:
    """Make the duties known to the workers."""
    for name, every, do in (
        ("common.purge_events", timedelta(hours=1), purge_events),
        ("common.purge_notices", timedelta(days=1), purge_notices),
        ("common.purge_alerts", timedelta(days=1), purge_alerts),
    ):
        register_duty(PeriodicDuty(name=name, every=every, do=do))
