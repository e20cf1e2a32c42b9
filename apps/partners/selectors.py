"""Reads of the partners room."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

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


def identify(authorization: str) -> PartnerIdentity:
    """Return who an ``Authorization`` value names, and note now and then that the key is in use.

    One query. Raises NotAuthenticated, alike for every reason.
    """
    scheme, _, key = authorization.strip().partition(" ")
    key = key.strip()
    if scheme.lower() != SCHEME or not 0 < len(key) <= LONGEST_KEY:
        raise NotAuthenticated
    # By the table between: a row for each hotel, with the key and the partner beside it.
    rows = ApiKey.hotels.through.objects.filter(apikey__digest=token_digest(key))
    rows = rows.select_related("apikey__partner", "hotel")
    shown = rows.defer("hotel__wifi_password", "hotel__parking_info", "hotel__house_notes")
    found = list(shown.order_by("hotel__slug"))
    if not found or not found[0].apikey.is_alive(timezone.now()):
        raise NotAuthenticated
    _note_use(found[0].apikey)
    return _identity(found[0].apikey, [row.hotel for row in found])


def _identity(key: ApiKey, hotels: list[Hotel]) -> PartnerIdentity:
    return PartnerIdentity(
        partner_id=key.partner_id,
        partner_name=key.partner.name,
        key_id=key.pk,
        name=key.name,
        prefix=key.prefix,
        scopes=key.known_scopes,
        hotels={hotel.slug: hotel for hotel in hotels},
        expires_at=key.expires_at,
    )


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
