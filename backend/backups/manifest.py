"""The list of what a backup holds: sizes, checksums, and which keys its secrets are locked by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from apps.common.crypto import key_fingerprints
from backend.backups.errors import BackupRefused

NAME: Final = "manifest.json"
FORMAT: Final = 1
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a backup."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. ``taken_at`` is the instant whose data it has, in ISO form.

    ``keys`` are fingerprints of all keys that could decrypt when it was taken, and never the keys.
    """

    taken_at: str
    vendor: str
    keys: Sequence[str]
    files: Sequence[File]
    format: int = FORMAT


def describe(directory: Path, *, taken_at: str, vendor: str) -> Manifest:
    """Write the manifest of all files in ``directory``."""
    files = [_describe(path) for path in sorted(directory.iterdir())]
    manifest = Manifest(taken_at=taken_at, vendor=vendor, keys=key_fingerprints(), files=files)
    (directory / NAME).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


def read_checked(directory: Path) -> Manifest:
    """Return the manifest of a backup that is whole and whose secrets can be read here.

    Raises BackupRefused.
    """
    manifest = _read(directory)
    for file in manifest.files:
        path = directory / Path(file.name).name
        if not path.is_file() or _describe(path) != file:
            raise BackupRefused(f"{file.name} is damaged or missing: use another backup.")
    missing = set(manifest.keys) - set(key_fingerprints())
    if missing:
        raise BackupRefused(
            "The backup was made under another FIELD_ENCRYPTION_KEY: put the keys of that time"
            " behind today's, or nobody will read its PINs and proofs."
        )
    return manifest


def _read(directory: Path) -> Manifest:
    try:
        told: Mapping[str, Any] = json.loads((directory / NAME).read_text())
        files = [File(**file) for file in told["files"]]
        manifest = Manifest(**{**told, "files": files})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackupRefused(f"{directory} has no {NAME} that can be read.") from error
    if manifest.format != FORMAT:
        raise BackupRefused("The backup was made by another release: restore it with that one.")
    return manifest


def _describe(path: Path) -> File:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return File(name=path.name, size_bytes=path.stat().st_size, sha256=digest.hexdigest())
