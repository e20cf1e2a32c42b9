"""What is done every so often in this room."""

from datetime import timedelta

from apps.common.maintenance import PeriodicDuty, register_duty
from apps.staff.services.lockouts import purge_tries
from apps.staff.services.login_limits import close_calmed_alerts
from apps.staff.services.logins import purge_logins


def register_all() -> None:
    """Make this room's duties known to the workers."""
    register_duty(
        PeriodicDuty(name="staff.purge_logins", every=timedelta(hours=1), do=purge_logins)
    )
    register_duty(PeriodicDuty(name="staff.purge_tries", every=timedelta(hours=1), do=purge_tries))
    register_duty(
        PeriodicDuty(
            name="staff.close_calmed_alerts", every=timedelta(hours=1), do=close_calmed_alerts
        )
    )
