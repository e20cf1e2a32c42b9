"""Asking twice for what is to be done once: a key of the caller's says that it is the same wish.

Callers who got no answer, and fingers that tapped twice, send the same key again and are answered
what the first one made. The key is kept with what was made, unique by a constraint.
"""

from __future__ import annotations

from typing import Final

from rest_framework.request import Request

from apps.common.errors import Conflict, Invalid

HEADER: Final = "Idempotency-Key"
FIELD: Final = "client_request_id"
LONGEST_KEY: Final = 100


class IdempotencyConflict(Conflict):
    code = "IDEMPOTENCY_CONFLICT"
    sentence = "This key was used for something else before; send a new one."

    def __init__(self, *, field: str = FIELD) -> None:
        super().__init__(field=field)


def clean_key(text: str | None, *, field: str = FIELD) -> str | None:
    """Return the key as it is kept; None for none. Raises Invalid."""
    key = (text or "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(f"Use up to {LONGEST_KEY} readable characters.", field=field)
    return key or None


def key_of_request(request: Request) -> str | None:
    """Return the key that a REST request names. Raises Invalid."""
    return clean_key(request.headers.get(HEADER), field=HEADER)
