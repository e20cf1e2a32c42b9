"""The notices of this room: a language that lacks one of them fails the type check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from apps.common.notices.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTexts:
    """Every notice in one language. A field's name is the template's.

    All may mention ``hotel``, the name of the ``event``, the ``order``'s number and its ``seats``;
    ``seats_rejected`` the ``reason``; ``seats_payment_differs`` the amounts ``received`` and
    ``total``; ``seats_reopened`` and ``seats_offered`` the moment ``until`` which they wait.
    """

    seats_submitted: Text
    seats_confirmed: Text
    seats_rejected: Text
    seats_payment_differs: Text
    seats_reopened: Text
    seats_offered: Text

    def by_template(self) -> Mapping[str, Text]:
        """Return the texts under the names of their templates."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
