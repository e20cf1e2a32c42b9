"""Reads of the partners room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.common.crypto import token_digest
from apps.common.errors import NotAuthenticated
from apps.partners.errors import KeyNotFound
from apps.partners.identity import PartnerIdentity
from apps.partners.models import ApiKey

SCHEME: Final = "api-key"
LONGEST_KEY: Final = 256
USE_NOTED_EVERY: Final = timedelta(minutes=5)
SHOWN_OF_HOTEL: Final = ("id", "slug", "name", "timezone", "phone_region")
# By hand, for it is asked at every request: the ORM takes several times as long to word it as the
# database takes to answer. A row for each hotel, with the key and its partner beside it.
KEY_WITH_HOTELS: Final = """SELECT k.id, k.partner_id, k.name, k.prefix, k.scopes,
  k.expires_at, k.revoked_at, k.last_used_at, p.name AS partner_name,
  h.id AS hotel_id, h.slug AS hotel_slug, h.name AS hotel_name,
  h.timezone AS hotel_timezone, h.phone_region AS hotel_phone_region
FROM partners_apikey k
JOIN partners_partner p ON p.id = k.partner_id
JOIN partners_apikey_hotels t ON t.apikey_id = k.id
JOIN bookings_hotel h ON h.id = t.hotel_id
WHERE k.digest = %s ORDER BY h.slug"""


def identify(authorization: str) -> PartnerIdentity:
    """Return who an ``Authorization`` value names, and note now and then that the key is in use.

    One query. Raises NotAuthenticated, alike for every reason.
    """
    scheme, _, key = authorization.strip().partition(" ")
    key = key.strip()
    if scheme.lower() != SCHEME or not 0 < len(key) <= LONGEST_KEY:
        raise NotAuthenticated
    rows = list(ApiKey.objects.raw(KEY_WITH_HOTELS, [token_digest(key)]))
    if not rows or not rows[0].is_alive(timezone.now()):
        raise NotAuthenticated
    _note_use(rows[0])
    return _identity(rows)


def _identity(rows: Sequence[ApiKey]) -> PartnerIdentity:
    """Return the identity of a key that comes once for each of its hotels."""
    key: Any = rows[0]
    hotels = [_hotel(row) for row in rows]
    return PartnerIdentity(
        partner_id=key.partner_id,
        partner_name=key.partner_name,
        key_id=key.pk,
        name=key.name,
        prefix=key.prefix,
        scopes=key.known_scopes,
        hotels={hotel.slug: hotel for hotel in hotels},
        expires_at=key.expires_at,
    )


def _hotel(row: ApiKey) -> Hotel:
    values = [getattr(row, f"hotel_{name}") for name in SHOWN_OF_HOTEL]
    return Hotel.from_db(DEFAULT_DB_ALIAS, SHOWN_OF_HOTEL, values)


def _note_use(key: ApiKey) -> None:
    """Write the use of the key down, at most once in a while: requests are many."""
    now = timezone.now()
    since = now - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > since:
        return
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=since)
    ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now)


def get_key_for_update(prefix: str) -> ApiKey:
    """Return the key with its row locked; the caller holds a transaction. Raises KeyNotFound."""
    keys = ApiKey.objects.select_for_update(of=("self",)).select_related("partner")
    key = keys.filter(prefix=prefix).first()
    if key is None:
        raise KeyNotFound
    return key
