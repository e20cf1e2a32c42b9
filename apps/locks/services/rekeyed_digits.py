"""Digests of codes under the first key: by them equal digits are refused, and uses recognised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction

from apps.common.crypto import UndecryptableValue, decrypt, keyed_digest
from apps.common.rekeying import Outcome, in_batches, stored_text
from apps.locks.models import AccessCode


def rekey_digits(writes: bool) -> Iterator[Outcome]:
    """Go through the digests of all codes whose digits are known."""
    rows = AccessCode.objects.exclude(digits_digest=None).annotate(stored=stored_text("digits"))
    for key, digest, stored in in_batches(rows, "digits_digest", "stored"):
        yield _rekeyed(key, digest, stored, writes=writes)


def _rekeyed(key: Any, digest: str, stored: str, *, writes: bool) -> Outcome:
    try:
        wanted = keyed_digest(decrypt(stored))
    except UndecryptableValue:
        return Outcome.UNREADABLE
    if digest == wanted:
        return Outcome.CURRENT
    if not writes:
        return Outcome.OLD
    try:
        with transaction.atomic():
            row = AccessCode.objects.filter(pk=key, digits_digest=digest)
            return Outcome.WRITTEN if row.update(digits_digest=wanted) else Outcome.OLD
    except IntegrityError:  # the same digits on that lock since: one of the two is leaving
        return Outcome.OLD
