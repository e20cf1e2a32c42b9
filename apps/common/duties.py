"""What is done every so often on the shared ground."""

from datetime import timedelta

from apps.common.events import purge_events
from apps.common.maintenance import PeriodicDuty, register_duty


def register_all() -> None:
    """Make the duties known to the workers."""
    register_duty(
        PeriodicDuty(name="common.purge_events", every=timedelta(hours=1), do=purge_events)
    )
