"""How every call to the TTLock Open API is made: with a token, and once more with a new one."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeVar

import requests

from apps.locks.ttlock.auth import Authenticator, Credentials, StoredToken, TokenStore
from apps.locks.ttlock.endpoints import Endpoint
from apps.locks.ttlock.errors import TokenRejected
from apps.locks.ttlock.paging import page_reader, walk
from apps.locks.ttlock.transport import Observer, Transport, utc_now
from apps.locks.ttlock.wire import Row, require_aware, to_vendor_millis

T = TypeVar("T")
Fields = Mapping[str, str | int]

# The largest page that every edition of the vendor's documentation allows for most lists.
ROWS_PER_PAGE: Final = 100


class Caller:
    """The one door that all calls in the name of an account go through."""

    def __init__(
        self,
        *,
        base_url: str,
        credentials: Credentials,
        tokens: TokenStore,
        timeout_seconds: float,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = utc_now,
        on_call: Observer | None = None,
    ) -> None:
        """``base_url``: scheme and host only, such as ``https://euapi.ttlock.com``.

        ``session`` None: the one that this process shares. ``on_call(call, outcome, seconds)``
        hears of every HTTP exchange, logins included; ``outcome`` is ``ok`` or the name of the
        error's class. Raises ValueError for another kind of URL.
        """
        self._credentials = credentials
        self._transport = Transport(
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            session=session,
            clock=clock,
            on_call=on_call,
        )
        self._authenticator = Authenticator(
            transport=self._transport, credentials=credentials, tokens=tokens
        )

    def _rows(
        self, endpoint: Endpoint, fields: Fields, read_row: Callable[[Row], T], *, page_size: int
    ) -> Iterator[T]:
        return walk(
            lambda number: self._call(
                endpoint,
                {**fields, "pageNo": number, "pageSize": page_size},
                page_reader(read_row, number=number),
            )
        )

    def _call(self, endpoint: Endpoint, fields: Fields, read: Callable[[Row], T]) -> T:
        """One call, and one more with a new token when the first was refused."""
        token = self._authenticator.token()
        try:
            return self._attempt(endpoint, fields, read, token)
        except TokenRejected:
            token = self._authenticator.replace(token)
        return self._attempt(endpoint, fields, read, token)

    def _attempt(
        self, endpoint: Endpoint, fields: Fields, read: Callable[[Row], T], token: StoredToken
    ) -> T:
        form = {name: str(value) for name, value in fields.items()}
        form["clientId"] = self._credentials.client_id
        form["accessToken"] = token.access_token
        # Made anew for each attempt: the cloud refuses dates that are five minutes off.
        form["date"] = str(to_vendor_millis(self._transport.clock()))
        return self._transport.exchange(endpoint, form, read)


def window_fields(starts_at: datetime, ends_at: datetime) -> dict[str, str | int]:
    """The two dates of a call. Raises ValueError for naive instants or an empty window."""
    require_aware(starts_at)
    require_aware(ends_at)
    if starts_at >= ends_at:
        raise ValueError("the window is empty")
    return {"startDate": to_vendor_millis(starts_at), "endDate": to_vendor_millis(ends_at)}
