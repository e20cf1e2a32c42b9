"""Who calls the lock cloud, and the token that all processes share.

A token lasts for months and a renewal may end the old one, so everybody uses one token and
renews it once: the store guarantees that, the authenticator knows how.
"""

import copy
import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from apps.locks.ttlock.answers import TokenGrant, read_token_grant
from apps.locks.ttlock.endpoints import TOKEN
from apps.locks.ttlock.errors import (
    LockCloudError,
    NeverWorks,
    RetryLater,
    TokenRejected,
    UnknownErrcode,
)
from apps.locks.ttlock.transport import Transport, utc_now

logger = logging.getLogger(__name__)

# The last tenth of a token's life is for renewing it without haste.
RENEWAL_MARGIN: Final = 0.1
# After a failed renewal nobody in this process tries again for this long: repeated wrong
# logins can close the account.
PAUSE_AFTER_FAILURE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An application of the developer portal, and the TTLock app account that added the locks."""

    client_id: str
    client_secret: str = field(repr=False)
    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredToken:
    """A token as the store keeps it. Instants are aware UTC."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    obtained_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, grant: TokenGrant, *, obtained_at: datetime) -> "StoredToken":
        return cls(
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            obtained_at=obtained_at,
            expires_at=obtained_at + grant.expires_in,
        )

    def is_expired(self, now: datetime) -> bool:
        return now >= self.expires_at

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to renew: the last tenth of the life has begun."""
        return now >= self.expires_at - (self.expires_at - self.obtained_at) * RENEWAL_MARGIN


class TokenStore(Protocol):
    """Where all processes find the one token of an account."""

    def current(self) -> StoredToken | None:
        """The token as stored, whatever its age; None before the first login."""

    def renew(
        self,
        stale: StoredToken | None,
        obtain: Callable[[StoredToken | None], TokenGrant],
    ) -> StoredToken:
        """Replace ``stale`` and return the token that is current now.

        Of all callers in all processes one at a time gets past this door. Inside, when the
        stored token's ``access_token`` is not ``stale``'s any more, somebody else renewed it:
        that one is returned and ``obtain`` not called. Otherwise ``obtain`` gets the stored
        token, asks the cloud (two requests at most), and its grant is stored before anyone
        else gets in. What ``obtain`` raises passes through and leaves the store as it was.
        """


class InMemoryTokenStore:
    """The token of a process that shares it with no other: tests and one-process tools."""

    def __init__(
        self, token: StoredToken | None = None, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._token = token
        self._clock = clock
        self._door = threading.Lock()

    def current(self) -> StoredToken | None:
        return self._token

    def renew(
        self,
        stale: StoredToken | None,
        obtain: Callable[[StoredToken | None], TokenGrant],
    ) -> StoredToken:
        with self._door:
            stored = self._token
            if stored is not None and not is_same_token(stored, stale):
                return stored
            self._token = StoredToken.of(obtain(stored), obtained_at=self._clock())
            return self._token


def is_same_token(one: StoredToken | None, other: StoredToken | None) -> bool:
    """Whether both are the same token, or both none; for stores that compare before renewing."""
    if one is None or other is None:
        return one is other
    return one.access_token == other.access_token


class Authenticator:
    """Keeps a usable token in the store. Safe to share between threads."""

    def __init__(
        self, *, transport: Transport, credentials: Credentials, tokens: TokenStore
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._tokens = tokens
        self._failures = 0
        self._last_failure: LockCloudError | None = None
        self._pause_ends_at: datetime | None = None

    def token(self) -> StoredToken:
        """A token to call with, renewed ahead of its end. Raises LockCloudError."""
        now = self._transport.clock()
        stored = self._tokens.current()
        if stored is not None and not stored.is_due(now):
            return stored
        if stored is None or stored.is_expired(now):
            return self.replace(stored)
        if self._is_paused():
            return stored
        try:
            return self.replace(stored)
        except LockCloudError:
            # The old token still works, and there is a tenth of its life left to try again.
            logger.warning("The lock cloud's token was not renewed ahead of its end")
            return stored

    def replace(self, stale: StoredToken | None) -> StoredToken:
        """A token other than ``stale``. Raises LockCloudError, BadCredentials among them."""
        seen = self._failures
        return self._tokens.renew(stale, lambda stored: self._obtain(stored, failures_seen=seen))

    def _obtain(self, stored: StoredToken | None, *, failures_seen: int) -> TokenGrant:
        # Whoever waited at the store's door while another one failed shares that failure:
        # ten waiting threads must not spend ten time-outs one after the other.
        known = self._last_failure
        refused = isinstance(known, NeverWorks) and self._is_paused()
        if known is not None and (refused or self._failures != failures_seen):
            raise copy.copy(known)
        try:
            grant = self._refresh_or_log_in(stored)
        except LockCloudError as error:
            self._last_failure = copy.copy(error)
            self._failures += 1
            self._pause_ends_at = self._transport.clock() + PAUSE_AFTER_FAILURE
            raise
        self._last_failure = self._pause_ends_at = None
        return grant

    def _is_paused(self) -> bool:
        ends_at = self._pause_ends_at
        return ends_at is not None and self._transport.clock() < ends_at

    def _refresh_or_log_in(self, stored: StoredToken | None) -> TokenGrant:
        if stored is None or stored.refresh_token is None:
            return self._log_in()
        try:
            grant = self._refresh(stored.refresh_token)
        except (TokenRejected, UnknownErrcode):
            return self._log_in()
        except RetryLater:
            raise
        except LockCloudError:
            # Whatever is wrong with the refresh, the password is the way round it.
            return self._log_in()
        if grant.refresh_token is None:
            return replace(grant, refresh_token=stored.refresh_token)
        return grant

    def _log_in(self) -> TokenGrant:
        """Source: TTLock open platform, Get access token."""
        password = self._credentials.password.encode()
        fields = {
            "username": self._credentials.username,
            # The vendor's wire format; it protects nothing, TLS does.
            "password": hashlib.md5(password, usedforsecurity=False).hexdigest(),
            "grant_type": "password",
        }
        return self._ask(fields)

    def _refresh(self, refresh_token: str) -> TokenGrant:
        """Source: TTLock open platform, Refresh access token."""
        return self._ask({"refresh_token": refresh_token, "grant_type": "refresh_token"})

    def _ask(self, fields: Mapping[str, str]) -> TokenGrant:
        application = {
            "clientId": self._credentials.client_id,
            "clientSecret": self._credentials.client_secret,
        }
        return self._transport.exchange(TOKEN, {**application, **fields}, read_token_grant)
