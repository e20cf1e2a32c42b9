"""What the shared ground throws away by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from apps.common.maintenance import delete_portion
from apps.common.models import Alert, Notice
from apps.common.notices.models import NoticeState


def purge_notices(now: datetime) -> bool:
    """Delete some notices that were done with long ago, and erased since; return whether any may
    be left."""
    before = now - timedelta(days=settings.NOTICE_RETENTION_DAYS)
    done = Notice.objects.exclude(state=NoticeState.PENDING)
    return delete_portion(
        done.filter(asked_at__lt=before, due_at__isnull=True), oldest_by="asked_at"
    )


def purge_alerts(now: datetime) -> bool:
    """Delete some alerts that were closed long ago; return whether any may be left."""
    before = now - timedelta(days=settings.ALERT_RETENTION_DAYS)
    return delete_portion(Alert.objects.filter(closed_at__lt=before), oldest_by="closed_at")
