"""The worker's half: word and send one notice, and erase what it said when its time has come.

Nothing of a recipient or a text is logged, nor what an exception says, which often repeats them.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.common.alerts import clear_alert, raise_alert
from apps.common.jobs import Lease
from apps.common.jobs.runner import pause_after
from apps.common.notices.backends import NothingSetUp, NoticeRefused, backend_for
from apps.common.notices.models import Channel, Notice, NoticeState
from apps.common.notices.wording import word

log = structlog.get_logger(__name__)

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=3)
GIVE_UP_AFTER: Final = timedelta(days=1)
KEPT: Final = timedelta(days=7)  # so long can a complaint about a message be looked into
ALERT: Final = "notice_failed"


def work_on_notice(lease: Lease[Notice]) -> None:
    """Send a notice that is pending; erase the contents of one that is done with."""
    if lease.row.state != NoticeState.PENDING:
        lease.settle(recipient="", context="")
        return
    if not lease.renew():  # the sending may take as long as a lease
        return
    try:
        _send(lease.row)
    except NothingSetUp as error:
        _skip(lease, type(error).__name__)
    except NoticeRefused as error:
        _give_up(lease, str(error) or type(error).__name__)
    except Exception as error:
        # A backend may be anybody's: whatever it raises is tried again until the day is over.
        _try_again(lease, type(error).__name__)
    else:
        _note_sent(lease)


def _send(notice: Notice) -> None:
    message = word(notice.template, notice.language, json.loads(notice.context))
    channel = Channel(notice.channel)
    backend_for(channel).send(
        notice_id=notice.pk, channel=channel, recipient=notice.recipient, message=message
    )


def _note_sent(lease: Lease[Notice]) -> None:
    now, notice = timezone.now(), lease.row
    lease.settle(due_at=now + KEPT, state=NoticeState.SENT, sent_at=now, last_error="")
    clear_alert(scope=notice.scope, kind=ALERT, subject=_subject(notice))


def _skip(lease: Lease[Notice], reason: str) -> None:
    """What nothing sends is neither sent nor a failure of its own: no alert for each guest."""
    due_at = timezone.now() + KEPT
    lease.settle(due_at=due_at, state=NoticeState.SKIPPED, last_error=reason)


def _try_again(lease: Lease[Notice], error: str) -> None:
    next_try = _next_try(lease.row)
    if next_try is None:
        _give_up(lease, error)
        return
    lease.settle(due_at=next_try, last_error=error[:80])
    log.warning("notice.delayed", notice=str(lease.row.pk), error=error)


def _next_try(notice: Notice) -> datetime | None:
    """Return when to try again; None when a day of tries is over."""
    pause = pause_after(notice.attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
    next_try = timezone.now() + pause
    return next_try if next_try < notice.asked_at + GIVE_UP_AFTER else None


@transaction.atomic
def _give_up(lease: Lease[Notice], error: str) -> None:
    notice = lease.row
    due_at = timezone.now() + KEPT
    if not lease.settle(due_at=due_at, state=NoticeState.FAILED, last_error=error[:80]):
        return
    channel = Channel(notice.channel).label
    raise_alert(
        scope=notice.scope,
        kind=ALERT,
        subject=_subject(notice),
        message=f"A guest could not be told by {channel} ({notice.template}): tell them yourself.",
    )
    log.error("notice.failed", notice=str(notice.pk), error=error)


def _subject(notice: Notice) -> str:
    return notice.subject or str(notice.pk)


def purge_old_notices(*, before: datetime) -> int:
    """Erase what notices that were asked for before ``before`` say, and to whom, ahead of time.

    One that was still to be sent is given up, without an alert. Returns how many were erased.
    """
    return _erase(Notice.objects.filter(asked_at__lt=before))


def erase_notices(*, scope: str, subject: str) -> int:
    """Do the same to whatever was to be told about ``subject`` in ``scope``."""
    return _erase(Notice.objects.filter(scope=scope, subject=subject))


def _erase(notices: QuerySet[Notice]) -> int:
    told = notices.exclude(recipient="", context="")
    told.filter(state=NoticeState.PENDING).update(state=NoticeState.FAILED, last_error="Purged")
    return told.update(recipient="", context="", due_at=None)
