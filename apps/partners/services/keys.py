"""Making, replacing and revoking keys. A key is shown once and kept as a digest."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.common.crypto import new_token, token_digest
from apps.common.errors import Invalid
from apps.partners.errors import KeyEnded
from apps.partners.models import ApiKey, ApiKeyRecord, Partner
from apps.partners.models.keys import KeyAction
from apps.partners.scopes import Scope
from apps.partners.selectors import get_key_for_update

MARK: Final = "dsk"  # says what it is to whoever finds it, and to scanners of source code
PREFIX_BYTES: Final = 4
LONGEST_NAME: Final = 80
LONGEST_OVERLAP: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that is wanted. ``expires_at`` None: it does not expire by itself."""

    partner: str
    name: str
    hotels: Collection[Hotel]
    scopes: Collection[Scope]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key: the only moment at which its ``secret``, the whole of it, is known."""

    key: ApiKey
    secret: str = field(repr=False)


@transaction.atomic
def create_key(wanted: NewKey, *, performed_by: str) -> IssuedKey:
    """Make a key; the partner's others go on. Raises Invalid."""
    _require_sense(wanted)
    partner, _ = Partner.objects.get_or_create(name=wanted.partner)
    issued = _issue(
        ApiKey(
            partner=partner,
            name=wanted.name,
            scopes=sorted(scope.value for scope in wanted.scopes),
            expires_at=wanted.expires_at,
        )
    )
    issued.key.hotels.set(wanted.hotels)
    hotels = sorted(hotel.slug for hotel in wanted.hotels)
    _record(
        issued.key,
        KeyAction.CREATED,
        performed_by,
        {"scopes": issued.key.scopes, "hotels": hotels},
    )
    return issued


def _require_sense(wanted: NewKey) -> None:
    for name in ("partner", "name"):
        text = getattr(wanted, name)
        if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
            raise Invalid(f"Use 1 to {LONGEST_NAME} readable characters.", field=name)
    if not wanted.hotels:
        raise Invalid("A key is for one hotel at least.", field="hotels")
    if not wanted.scopes:
        raise Invalid("A key is for something: give it a scope.", field="scopes")
    if wanted.expires_at is not None and wanted.expires_at <= timezone.now():
        raise Invalid("That time is over.", field="expires_at")


@transaction.atomic
def rotate_key(*, prefix: str, overlap: timedelta, performed_by: str) -> IssuedKey:
    """Make a successor with the same rights; the key itself goes on for ``overlap``, not longer.

    The successor lives as long as the key was made for. Raises KeyNotFound, KeyEnded, Invalid.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Invalid(f"Overlap by 0 to {LONGEST_OVERLAP.days} days.", field="overlap")
    old, now = get_key_for_update(prefix), timezone.now()
    if not old.is_alive(now):
        raise KeyEnded
    lifetime = old.expires_at - old.created_at if old.expires_at is not None else None
    issued = _issue(
        ApiKey(
            partner=old.partner,
            name=old.name,
            scopes=old.scopes,
            expires_at=now + lifetime if lifetime is not None else None,
        )
    )
    issued.key.hotels.set(old.hotels.all())
    old.expires_at = min(filter(None, (old.expires_at, now + overlap)))
    old.save(update_fields=["expires_at"])
    _record(old, KeyAction.ROTATED, performed_by, {"successor": issued.key.prefix})
    _record(issued.key, KeyAction.CREATED, performed_by, {"predecessor": old.prefix})
    return issued


@transaction.atomic
def revoke_key(*, prefix: str, performed_by: str) -> ApiKey:
    """End the key at once; revoking it again is the same success. Raises KeyNotFound."""
    key = get_key_for_update(prefix)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _record(key, KeyAction.REVOKED, performed_by, {})
    return key


def _issue(key: ApiKey) -> IssuedKey:
    key.prefix = secrets.token_hex(PREFIX_BYTES)
    secret = f"{MARK}_{key.prefix}_{new_token()}"
    key.digest = token_digest(secret)
    key.save()
    return IssuedKey(key=key, secret=secret)


def _record(key: ApiKey, action: KeyAction, performed_by: str, details: Mapping[str, Any]) -> None:
    ApiKeyRecord.objects.create(
        key=key,
        action=action,
        performed_by=performed_by,
        happened_at=timezone.now(),
        details=dict(details),
    )
