"""Which rows of this room owe work, who does it, and what is done every so often."""

from datetime import timedelta

from apps.checkin.models import CheckInFlow
from apps.checkin.services.expiry import expire_flow
from apps.checkin.services.purge import (
    purge_completed_flows,
    purge_flow_tokens,
    purge_unfinished_flows,
    purge_wrong_answers,
)
from apps.checkin.services.start_limits import close_calmed_alerts
from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty

DAILY = timedelta(days=1)
OFTEN = timedelta(minutes=5)


def register_all() -> None:
    """Make this room's work known to the workers: a flow in progress owes its own end."""
    register(JobKind(model=CheckInFlow, work=expire_flow))
    for name, every, do in (
        ("checkin.close_calmed_alerts", OFTEN, close_calmed_alerts),
        ("checkin.purge_unfinished_flows", DAILY, purge_unfinished_flows),
        ("checkin.purge_completed_flows", DAILY, purge_completed_flows),
        ("checkin.purge_flow_tokens", DAILY, purge_flow_tokens),
        ("checkin.purge_wrong_answers", DAILY, purge_wrong_answers),
    ):
        register_duty(PeriodicDuty(name=name, every=every, do=do))
