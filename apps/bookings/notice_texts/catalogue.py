"""The notices of this room: a language that lacks one of them fails the type check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from apps.common.notices.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTexts:
    """Every notice in one language. A field's name is the template's.

    All may mention ``hotel``; those with a button, and their short forms, ``link``; ``stay_link``
    the days of ``arrival`` and ``departure``; ``stay_opened_on_new_device`` ``when`` it was.
    """

    stay_link: Text
    codes_changed: Text
    stay_opened_on_new_device: Text
    checked_out: Text
    message_received: Text

    def by_template(self) -> Mapping[str, Text]:
        """Return the texts under the names of their templates."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
