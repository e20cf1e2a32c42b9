"""The lock cloud's token as a row: every process reads it, one at a time renews it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.common.statements import Given, KnownRead
from apps.locks.models import LockAccount
from apps.locks.ttlock.answers import TokenGrant
from apps.locks.ttlock.auth import StoredToken, is_same_token

GLANCE_SECONDS: Final = 0.05
ACCOUNT: Final = KnownRead(lambda: LockAccount.objects.filter(pk=Given("pk")))  # at every call


class DatabaseTokenStore:
    """Implements the client's ``TokenStore``. No transaction is open while the cloud answers."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        self._accounts = LockAccount.objects.filter(pk=account_id)

    def current(self) -> StoredToken | None:
        """Return the stored token, whatever its age."""
        account = ACCOUNT.one(pk=self._account_id)
        if account is None or not account.access_token or not account.token_expires_at:
            return None
        return StoredToken(
            access_token=account.access_token,
            refresh_token=account.refresh_token or None,
            obtained_at=account.token_obtained_at or timezone.now(),
            expires_at=account.token_expires_at,
        )

    def renew(
        self,
        stale: StoredToken | None,
        obtain: Callable[[StoredToken | None], TokenGrant],
    ) -> StoredToken:
        """Replace ``stale``, unless another process did; that one's token is returned then."""
        while True:
            stored = self.current()
            if stored is not None and not is_same_token(stored, stale):
                return stored
            turn = self._take_turn()
            if turn is not None:
                return self._renew_in_turn(turn, stale, obtain)
            time.sleep(GLANCE_SECONDS)

    def _take_turn(self) -> datetime | None:
        """Lease the renewal; it outlasts the two requests that a renewal may take.

        Returns the end of the lease, by which its holder is known, or None: another's turn.
        """
        now = timezone.now()
        until = now + timedelta(seconds=2 * settings.TTLOCK_TIMEOUT_SECONDS + 2)
        free = Q(token_renewing_until__isnull=True) | Q(token_renewing_until__lte=now)
        taken = self._accounts.filter(free).update(token_renewing_until=until)
        return until if taken else None

    def _renew_in_turn(
        self,
        turn: datetime,
        stale: StoredToken | None,
        obtain: Callable[[StoredToken | None], TokenGrant],
    ) -> StoredToken:
        try:
            stored = self.current()
            if stored is not None and not is_same_token(stored, stale):
                return stored
            token = StoredToken.of(obtain(stored), obtained_at=timezone.now())
            self._store(token)
            return token
        finally:
            # Only what is still this caller's: who overran its lease must not open the door.
            self._accounts.filter(token_renewing_until=turn).update(token_renewing_until=None)

    def _store(self, token: StoredToken) -> None:
        account = self._accounts.get()
        account.access_token = token.access_token
        account.refresh_token = token.refresh_token or ""
        account.token_obtained_at = token.obtained_at
        account.token_expires_at = token.expires_at
        account.save(
            update_fields=["access_token", "refresh_token", "token_obtained_at", "token_expires_at"]
        )
