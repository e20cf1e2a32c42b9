"""What this room throws away by itself; what was counted of a check-in stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from apps.bookings.services.rooming import HOLDS_ROOM
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
    flows = CheckInFlow.objects.filter(status__in=unfinished, updated_at__lt=before)
    return delete_portion(flows, oldest_by="updated_at")


def purge_completed_flows(now: datetime) -> bool:
    """Delete some completed flows of stays that were over long ago."""
    before = now - timedelta(days=settings.CHECKIN_COMPLETED_RETENTION_DAYS)
    completed = CheckInFlow.objects.filter(status=FlowStatus.COMPLETED, updated_at__lt=before)
    over = completed.exclude(booking__status__in=HOLDS_ROOM)
    return delete_portion(over, oldest_by="updated_at")


def purge_flow_tokens(now: datetime) -> bool:
    """Delete some keys that open nothing any more: their flows ended a day ago."""
    ended = CheckInToken.objects.exclude(flow__status=FlowStatus.IN_PROGRESS)
    # Keys are few beside the flows that they once opened: these are looked up, not gone through.
    return delete_portion(
        ended.filter(flow__updated_at__lt=now - READABLE_AFTER_END), oldest_by="pk"
    )


def purge_wrong_answers(now: datetime) -> bool:
    """Delete the wrong answers that no wait is reckoned from any more."""
    purge_failures(now=now)
    return False
