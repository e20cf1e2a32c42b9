"""Automatic persisted queries: a client sends a document once, and its digest from then on.

The store has a fixed number of places, so that nobody fills it: a document lies in one of two
places that its digest names, and a newer one may take it. What is lost is sent again.

Source: Apollo, "Automatic persisted queries", version 1 of its protocol. The two messages are part
of it: some clients read them instead of the codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.core.cache import caches
from redis.exceptions import RedisError

from graphql_schema.limits.refusals import DocumentRefused
from graphql_schema.persisted.allowed import listed_documents, not_allowed
from graphql_schema.persisted.listed import digest_of

log = structlog.get_logger(__name__)

CACHE: Final = "persisted_queries"
PLACES: Final = 4096
LONGEST: Final = 16_000  # characters: 4,096 of them are 64 MB at most
KEPT: Final = timedelta(days=7)  # since they were last sent whole
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@contextmanager
def _without_cache() -> Iterator[None]:
    """Go on where the cache is out of reach: clients then send their documents whole."""
    try:
        yield
    except (RedisError, OSError) as error:
        log.warning("graphql.cache_unavailable", error=type(error).__name__)


def _stored(places: list[str]) -> dict[str, tuple[str, str]]:
    """Return what lies in these places: digest and document."""
    found: dict[str, tuple[str, str]] = {}
    with _without_cache():
        found |= caches[CACHE].get_many(places)
    return found


@dataclass(frozen=True, slots=True)
class Persisted:
    """A request's claim that its document is known by ``digest``."""

    digest: str

    @classmethod
    def of(cls, extensions: Mapping[str, Any] | None) -> Persisted | None:
        """Return what the request's extensions claim, if they do. Raises DocumentRefused."""
        claim = (extensions or {}).get("persistedQuery")
        if claim is None:
            return None
        if not isinstance(claim, dict) or claim.get("version") != 1:
            raise DocumentRefused(
                "PersistedQueryNotSupported", code="PERSISTED_QUERY_NOT_SUPPORTED"
            )
        digest = claim.get("sha256Hash")
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise DocumentRefused("`sha256Hash` must be 64 hexadecimal digits in lower case.")
        return cls(digest)

    def text(self) -> str:
        """Return the document. Raises DocumentRefused when it is not known here (any more)."""
        listed = listed_documents()
        if listed is not None:
            if self.digest not in listed:
                raise not_allowed()
            return listed[self.digest]
        for digest, text in _stored(self._places()).values():
            if digest == self.digest:
                return text
        raise DocumentRefused("PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND")

    def check(self, text: str) -> None:
        """Compare the digest with the document's. Raises DocumentRefused."""
        if digest_of(text) != self.digest:
            raise DocumentRefused(
                "The digest is not that of the document.", code="PERSISTED_QUERY_HASH_MISMATCH"
            )

    def remember(self, text: str) -> None:
        """Keep a document that was found to be good; too long ones are sent whole every time."""
        if len(text) > LONGEST or listed_documents() is not None:
            return
        places = self._places()
        taken = _stored(places)
        own_or_free = (p for p in places if p not in taken or taken[p][0] == self.digest)
        place = next(own_or_free, places[0])
        with _without_cache():
            caches[CACHE].set(place, (self.digest, text), KEPT.total_seconds())

    def _places(self) -> list[str]:
        """Return the keys of the two places."""
        numbers = (int(self.digest[:8], 16), int(self.digest[8:16], 16))
        return [f"place:{number % PLACES}" for number in numbers]
