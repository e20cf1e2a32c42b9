"""Where proofs lie: encrypted, under random names, in a directory that nothing serves."""

from __future__ import annotations

import contextlib
import errno
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings

from apps.common.crypto import UndecryptableValue, decrypt_bytes, encrypt_bytes, is_current
from apps.common.errors import Unavailable
from apps.common.rekeying import Outcome
from apps.seating.models import PaymentProof

log = structlog.get_logger(__name__)

FORGOTTEN_AFTER: Final = timedelta(hours=1)  # far longer than a request takes to store its row
BATCH: Final = 500
DIRECTORY_MODE: Final = 0o700


def keep_file(content: bytes) -> str:
    """Store a file and return its name. Raises Unavailable, as for a full disk; nothing is kept."""
    name = secrets.token_hex(32)
    directory = _directory()
    try:
        directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        (directory / name).write_bytes(encrypt_bytes(content))
    except OSError as error:
        log.error("proofs.not_stored", error=errno.errorcode.get(error.errno or 0, "unknown"))  # noqa: TRY400  # the system's word says it all
        with contextlib.suppress(OSError):
            drop_file(name)
        raise Unavailable from error
    return name


def read_file(name: str) -> bytes:
    """Return a stored file as it was given. Raises FileNotFoundError."""
    return decrypt_bytes((_directory() / name).read_bytes())


def has_file(name: str) -> bool:
    """Answer whether the file is there."""
    return (_directory() / name).is_file()


def drop_file(name: str) -> None:
    """Remove a file that no row names; removed already is fine."""
    (_directory() / name).unlink(missing_ok=True)


def drop_forgotten_files(now: datetime) -> bool:
    """Remove files that a crash left behind between the file and its row; for the duty roster."""
    old = [path.name for path in _files() if _age(path, now) > FORGOTTEN_AFTER]
    for start in range(0, len(old), BATCH):
        names = set(old[start : start + BATCH])
        rows = PaymentProof.objects.filter(file_name__in=names)
        for name in names.difference(rows.values_list("file_name", flat=True)):
            drop_file(name)
    return False


def rekey_files(writes: bool) -> Iterator[Outcome]:
    """Go through all files; each is replaced as a whole, so that nobody reads half of one."""
    for path in _files():
        try:
            ciphertext = path.read_bytes().decode("ascii", errors="replace")
            yield _rekeyed(path, ciphertext, writes=writes)
        except FileNotFoundError:
            continue  # dropped meanwhile


def _rekeyed(path: Path, ciphertext: str, *, writes: bool) -> Outcome:
    if is_current(ciphertext):
        return Outcome.CURRENT
    try:
        content = decrypt_bytes(ciphertext.encode())
    except UndecryptableValue:
        return Outcome.UNREADABLE
    if not writes:
        return Outcome.OLD
    # A file that is dropped just now comes back by this, and goes with the other forgotten ones.
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(encrypt_bytes(content))
    draft.replace(path)
    return Outcome.WRITTEN


def _files() -> Iterator[Path]:
    directory = _directory()
    return iter(sorted(directory.iterdir())) if directory.is_dir() else iter(())


def _age(path: Path, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - path.stat().st_mtime)


def _directory() -> Path:
    return Path(settings.PROOF_DIR)
