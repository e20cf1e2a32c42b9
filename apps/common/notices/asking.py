"""The command: promise to tell somebody something."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.utils import timezone

from apps.common.jobs import wake
from apps.common.languages import Language
from apps.common.notices.models import Channel, Notice


def notify(
    *,
    channel: Channel,
    recipient: str,
    template: str,
    language: Language,
    context: Mapping[str, str],
    dedupe_key: str,
    scope: str,
    subject: str = "",
) -> None:
    """Owe a notice with the caller's transaction; the same ``dedupe_key`` again adds nothing.

    ``context`` holds what the texts mention, and the names of ``wording`` that it needs. If it
    can't be sent, staff are told in ``scope``, about ``subject``.
    """
    now = timezone.now()
    notice = Notice(
        scope=scope,
        subject=subject,
        channel=channel,
        recipient=recipient,
        template=template,
        language=language,
        context=json.dumps(dict(context), ensure_ascii=False),
        dedupe_key=dedupe_key,
        asked_at=now,
        due_at=now,
    )
    # One INSERT that gives way to its twin; a ring for a row that gave way finds nothing.
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    wake(notice)
