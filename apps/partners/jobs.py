"""Which rows of this room owe work, who does it, and what is done every so often."""

from datetime import timedelta
from typing import Final

from apps.common.jobs import JobKind, register
from apps.common.maintenance import PeriodicDuty, register_duty
from apps.partners.models import WebhookEndpoint
from apps.partners.services.kept_answers import purge_answers
from apps.partners.services.webhook_line import work_on_endpoint
from apps.partners.services.webhook_redelivery import forget_deliveries
from apps.partners.webhook_selectors import with_work

SENDING_THREADS: Final = 8  # receivers may be slow; locks and guests don't wait for them


def register_all() -> None:
    """Make this room's work and its duties known to the workers."""
    register(
        JobKind(
            model=WebhookEndpoint,
            work=work_on_endpoint,
            ready=with_work,
            own_threads=SENDING_THREADS,
            is_always_due=True,
        )
    )
    register_duty(
        PeriodicDuty(name="partners.purge_answers", every=timedelta(hours=1), do=purge_answers)
    )
    register_duty(
        PeriodicDuty(
            name="partners.forget_deliveries", every=timedelta(hours=6), do=forget_deliveries
        )
    )
