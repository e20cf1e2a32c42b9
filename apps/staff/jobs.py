"""What is done every so often in this room."""

from datetime import timedelta

from apps.common.maintenance import PeriodicDuty, register_duty
from apps.staff.services.lockouts import purge_tries
from apps.staff.services.login_limits import close_calmed_alerts
from apps.staff.services.logins import purge_logins, purge_sessions


def register_all() -> None:
    """Make this room's duties known to the workers."""
    for name, do in (
        ("staff.purge_logins", purge_logins),
        ("staff.purge_sessions", purge_sessions),
        ("staff.purge_tries", purge_tries),
        ("staff.close_calmed_alerts", close_calmed_alerts),
    ):
        register_duty(PeriodicDuty(name=name, every=timedelta(hours=1), do=do))
