"""Encryption at rest and keyed digests.

Keys come from ``FIELD_ENCRYPTION_KEY`` (a list: the first encrypts, all decrypt). Each key is
stretched by HKDF into an encryption key and a digest key, so a stored digest tells nothing about
the ciphertext and the other way round.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

TOKEN_BYTES: Final = 32

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField  # generic for the type checker alone


class UndecryptableValue(Exception):
    """A stored secret fits none of the keys in FIELD_ENCRYPTION_KEY."""


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"doorstep:" + purpose).derive(
        key.encode()
    )


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, b"encrypt"))) for key in keys])


def encrypt(text: str) -> str:
    """Encrypt with the first key."""
    return _fernet(settings.FIELD_ENCRYPTION_KEYS).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with whichever key fits. Raises UndecryptableValue."""
    try:
        return _fernet(settings.FIELD_ENCRYPTION_KEYS).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise UndecryptableValue(
            "A stored secret can't be read: a key is missing from FIELD_ENCRYPTION_KEY."
        ) from error


def is_current(token: str) -> bool:
    """Answer whether the first key encrypted it."""
    try:
        _fernet(settings.FIELD_ENCRYPTION_KEYS[:1]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def reencrypt(token: str) -> str:
    """Return the same text under the first key. Raises UndecryptableValue."""
    return encrypt(decrypt(token))


def encrypt_bytes(content: bytes) -> bytes:
    """Encrypt a file's content with the first key."""
    return _fernet(settings.FIELD_ENCRYPTION_KEYS).encrypt(content)


def decrypt_bytes(content: bytes) -> bytes:
    """Decrypt a file's content with whichever key fits. Raises UndecryptableValue."""
    try:
        return _fernet(settings.FIELD_ENCRYPTION_KEYS).decrypt(content)
    except InvalidToken as error:
        raise UndecryptableValue(
            "A stored file can't be read: a key is missing from FIELD_ENCRYPTION_KEY."
        ) from error


@lru_cache(maxsize=16)
def _digest_key(key: str) -> bytes:
    return _derive(key, b"digest")


def keyed_digest(text: str) -> str:
    """Return a keyed SHA-256 digest under the first key: for short secrets that must be unique."""
    return keyed_digests(text)[0]


def keyed_digests(text: str) -> list[str]:
    """Return the digest under every key, first key first: what a stored digest may equal."""
    return [
        hmac.new(_digest_key(key), text.encode(), hashlib.sha256).hexdigest()
        for key in settings.FIELD_ENCRYPTION_KEYS
    ]


def key_fingerprints() -> list[str]:
    """Return what tells the keys apart and nothing of them, first key first."""
    return [_derive(key, b"fingerprint").hex()[:16] for key in settings.FIELD_ENCRYPTION_KEYS]


def new_token() -> str:
    """Return an unguessable key for a link: 256 bits, safe in a path."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_digest(token: str) -> str:
    """Return what is stored of a token. It is random, so a plain SHA-256 can't be searched."""
    # What callers send for a token may hold anything that JSON can carry, half characters too.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


class EncryptedTextField(_TextField):
    """Text that lies encrypted in the database and can't be searched there."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return encrypt(prepared) if prepared else prepared

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
