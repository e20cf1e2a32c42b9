"""The file of an allow-list; read while the settings are, so nothing here needs them.

It is a JSON object of documents by the SHA-256 digest of their text, in lower-case hexadecimal
digits: what ``@graphql-codegen/client-preset`` writes as ``persisted-documents.json`` with
``hashAlgorithm: "sha256"``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import orjson


def digest_of(text: str) -> str:
    """Return the digest that persisted documents are named by."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def read_listed(path: Path) -> Mapping[str, str]:
    """Return the documents of a file by digest. Raises OSError, ValueError with half a sentence."""
    try:
        listed = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        raise ValueError("it is not valid JSON in UTF-8") from None
    if not isinstance(listed, dict):
        raise ValueError("it must be a JSON object of documents by digest")  # noqa: TRY004  # of the file, not of a caller
    for digest, text in listed.items():
        if not isinstance(text, str) or digest_of(text) != digest:
            raise ValueError(f"the digest {digest[:64]!r} is not that of its document")
    return listed
