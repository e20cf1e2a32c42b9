"""What this room does every so often."""

from datetime import timedelta

from apps.common.maintenance import PeriodicDuty, register_duty
from apps.partners.services.kept_answers import purge_answers


def register_all() -> None:
    """Make the duties known to the workers."""
    register_duty(
        PeriodicDuty(name="partners.purge_answers", every=timedelta(hours=1), do=purge_answers)
    )
