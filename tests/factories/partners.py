"""Partners with their keys."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from apps.partners.scopes import Scope
from apps.partners.services.keys import IssuedKey, NewKey, create_key

EVERY_SCOPE = frozenset(Scope)


def key_for(
    *hotels: Hotel,
    scopes: Collection[Scope] = EVERY_SCOPE,
    partner: str = "Lakeside PMS",
    expires_at: datetime | None = None,
) -> IssuedKey:
    """Return a new key for the hotels; every scope unless told otherwise."""
    wanted = NewKey(
        partner=partner, name="sync", hotels=hotels, scopes=scopes, expires_at=expires_at
    )
    return create_key(wanted, performed_by="tests")


def calling_with(secret: str) -> APIClient:
    """Return a client that calls with a key."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {secret}")
    return client


def partner_of(*hotels: Hotel, scopes: Collection[Scope] = EVERY_SCOPE) -> APIClient:
    """Return a client that calls with a new key for the hotels."""
    return calling_with(key_for(*hotels, scopes=scopes).secret)
