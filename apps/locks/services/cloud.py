"""The lock cloud of an account: one client for each account, one token for all processes."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from apps.locks.models import LockAccount
from apps.locks.services.budget import count_call
from apps.locks.services.tokens import DatabaseTokenStore
from apps.locks.ttlock.auth import Credentials
from apps.locks.ttlock.client import TTLockClient


def client_for(account: LockAccount) -> TTLockClient:
    """Return the account's client; the environment's credentials stand in for missing ones."""
    credentials = Credentials(
        client_id=account.client_id or settings.TTLOCK_CLIENT_ID,
        client_secret=account.client_secret or settings.TTLOCK_CLIENT_SECRET,
        username=account.username or settings.TTLOCK_USERNAME,
        password=account.password or settings.TTLOCK_PASSWORD,
    )
    return _client(
        account.pk, settings.TTLOCK_API_URL, settings.TTLOCK_TIMEOUT_SECONDS, credentials
    )


@lru_cache(maxsize=256)
def _client(
    account_id: int, base_url: str, timeout_seconds: float, credentials: Credentials
) -> TTLockClient:
    return TTLockClient(
        base_url=base_url,
        credentials=credentials,
        tokens=DatabaseTokenStore(account_id),
        timeout_seconds=timeout_seconds,
        on_call=lambda *_: count_call(account_id),
    )
