"""The command: promise to tell somebody something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from django.utils import timezone

from apps.common.languages import Language
from apps.common.notices.models import Channel, Notice
from apps.common.statements import KnownInsert

INSERT: Final = KnownInsert(Notice, gives_way=True)  # to its twin of the same key


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
    can't be sent, staff are told in ``scope``, about ``subject``. Nobody rings for it: workers take
    what is due together about every second.
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
    INSERT.run(notice)
