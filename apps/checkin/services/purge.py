"""What this room throws away by itself; what was counted of a check-in stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from apps.checkin.models import CheckInFlow, CheckInToken
from apps.checkin.selectors import READABLE_AFTER_END
from apps.checkin.services.verification_tries import purge_failures
from apps.checkin.states import FlowStatus
from apps.common.maintenance import delete_portion


def purge_unfinished_flows(now: datetime) -> bool:
    """Delete some flows that ended without completion long ago, with their keys.

    Returns whether any may be left, as do the others here.
    """
    before = now - timedelta(days=settings.CHECKIN_FLOW_RETENTION_DAYS)
    unfinished = [FlowStatus.EXPIRED, FlowStatus.CANCELLED]
    return delete_portion(CheckInFlow.objects.filter(status__in=unfinished, updated_at__lt=before))


def purge_flow_tokens(now: datetime) -> bool:
    """Delete some keys that open nothing any more: their flows ended a day ago."""
    ended = CheckInToken.objects.exclude(flow__status=FlowStatus.IN_PROGRESS)
    return delete_portion(ended.filter(flow__updated_at__lt=now - READABLE_AFTER_END))


def purge_wrong_answers(now: datetime) -> bool:
    """Delete the wrong answers that no wait is reckoned from any more."""
    purge_failures(now=now)
    return False
