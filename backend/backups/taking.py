"""Taking a backup: into a directory that gets its name when everything is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import connection
from django.utils import timezone

from backend.backups import databases, manifest, uploads

DIRECTORY_MODE: Final = 0o700


def take_backup(parent: Path) -> Path:
    """Return the new directory below ``parent`` with the backup. Raises BackupRefused.

    Database first, uploads second, so every proof that a row names is among them.
    """
    now = timezone.now()
    target = parent / f"doorstep-{now:%Y%m%dT%H%M%S%fZ}"
    draft = target.with_name(f"{target.name}.partial")
    draft.mkdir(mode=DIRECTORY_MODE, parents=True)
    databases.dump(draft)
    uploads.pack(draft)
    manifest.describe(draft, taken_at=now.isoformat(), vendor=connection.vendor)
    draft.rename(target)
    return target
