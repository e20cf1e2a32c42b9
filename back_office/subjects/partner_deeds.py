"""What the platform's own people do with partners' keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from unfold import widgets

from apps.common.errors import DomainError
from apps.partners.errors import KeyEnded
from apps.partners.models import ApiKey
from apps.partners.scopes import Scope
from apps.partners.services.keys import (
    LONGEST_NAME,
    IssuedKey,
    NewKey,
    create_key,
    revoke_key,
    rotate_key,
)
from back_office import inputs
from back_office.deeds import Ask, Deed, DeedForm, Panel

OVERLAPS: Final = (("0", "at once"), ("24", "after a day"), ("168", "after a week"))


class NewKeyForm(DeedForm):
    """Whose key it is, and what for."""

    partner = inputs.line("Partner", required=True, longest=LONGEST_NAME)
    name = inputs.line("Used for", required=True, longest=LONGEST_NAME)
    scopes = forms.MultipleChoiceField(
        label="Allows",
        choices=Scope.choices,
        widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    expires_on = inputs.day("Ends on", hint="Empty: never.")


class OverlapForm(DeedForm):
    """How long two keys work."""

    hours = inputs.choice("The old key ends", OVERLAPS)


def _make(ask: Ask) -> Panel:
    day = ask.data["expires_on"]
    wanted = NewKey(
        partner=ask.data["partner"],
        name=ask.data["name"],
        hotels=[ask.row],
        scopes={Scope(name) for name in ask.data["scopes"]},
        expires_at=datetime.combine(day, time.min, tzinfo=ask.row.zone) if day else None,
    )
    return _shown_once(create_key(wanted, performed_by=ask.staff.actor))


def _rotate(ask: Ask) -> Panel:
    overlap = timedelta(hours=int(ask.data["hours"]))
    issued = rotate_key(prefix=ask.row.prefix, overlap=overlap, performed_by=ask.staff.actor)
    return _shown_once(issued)


def _shown_once(issued: IssuedKey) -> Panel:
    return Panel(
        title="The key, shown this once",
        headers=("Prefix", "Key"),
        rows=[(issued.key.prefix, issued.secret)],
    )


def _revoke(ask: Ask) -> None:
    revoke_key(prefix=ask.row.prefix, performed_by=ask.staff.actor)


def _against_ended(key: ApiKey) -> Sequence[DomainError]:
    return () if key.is_alive(timezone.now()) else (KeyEnded(),)


HOTEL_DEEDS: Final = (
    Deed(
        name="partner-key",
        label="Make a partner's key",
        icon="vpn_key",
        needs=None,
        tells=lambda hotel: (
            f"A system of the partner's may call the API for {hotel}, as far as is ticked.",
            "The key is shown once; keep it where secrets are kept.",
        ),
        shows=_make,
        form=NewKeyForm,
    ),
)
KEY_DEEDS: Final[Sequence[Deed]] = (
    Deed(
        name="rotate",
        label="Replace",
        icon="autorenew",
        needs=None,
        tells=lambda _key: (
            "Another key with the same rights is made and shown once.",
            "Both work until the old one ends.",
        ),
        shows=_rotate,
        against=_against_ended,
        form=OverlapForm,
    ),
    Deed(
        name="revoke",
        label="Revoke",
        icon="key_off",
        needs=None,
        tells=lambda key: (f"Whatever {key.partner} calls with this key is refused at once.",),
        does=_revoke,
        against=_against_ended,
        is_grave=True,
    ),
)


def records_of(key: Any) -> Panel:
    """Return what was done with a key, newest first."""
    rows = key.records.order_by("-pk")
    return Panel(
        title="What was done with it",
        headers=("When", "What", "By"),
        rows=[(row.happened_at, row.get_action_display(), row.performed_by) for row in rows],
    )
