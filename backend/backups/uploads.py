"""Payment proofs into an archive and back. They lie encrypted, and are never written to again."""

from __future__ import annotations

import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from apps.seating.proof_storage import DIRECTORY_MODE
from backend.backups.errors import BackupRefused

NAME: Final = "uploads.tar"


def pack(directory: Path) -> None:
    """Put all uploads into ``directory``; after the database, for what its rows name is there."""
    with tarfile.open(directory / NAME, "w") as archive:
        for path in sorted(_uploads().glob("*")):
            with suppress(FileNotFoundError):  # no row named it, and it was tidied away meanwhile
                archive.add(path, arcname=path.name, recursive=False)


def unpack(directory: Path) -> None:
    """Bring the uploads back; others that are there stay."""
    _uploads().mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    with tarfile.open(directory / NAME) as archive:
        archive.extractall(_uploads(), filter="data")


def require_none() -> None:
    """Raises BackupRefused where there are uploads of another database."""
    if any(_uploads().glob("*")):
        raise BackupRefused("There are uploads already: name a new DOORSTEP_VAR_DIR.")


def _uploads() -> Path:
    return Path(settings.PROOF_DIR)
