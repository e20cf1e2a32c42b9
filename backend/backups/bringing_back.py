"""Bringing a backup back, and letting everybody who read on know that time was turned back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import F

from apps.common.events import record_event
from apps.common.models import EventStream
from apps.seating.changes import record_change
from apps.seating.models import SeatingEvent
from backend.backups import databases, uploads
from backend.backups.manifest import Manifest, read_checked

# More numbers than any log can have given out since a backup. Readers who know some of those that
# were lost find a gap where they go on, and read everything anew.
GAP: Final = 1_000_000
RESTORED: Final = "data-restored"


def restore_backup(directory: Path) -> Manifest:
    """Fill the empty database and the uploads with a backup; return what it says of itself.

    Raises BackupRefused, and then has changed nothing.
    """
    manifest = read_checked(directory)
    databases.require_empty()
    uploads.require_none()
    databases.load(directory, manifest.vendor)
    uploads.unpack(directory)
    return manifest


@transaction.atomic
def leave_gaps(manifest: Manifest) -> None:
    """Let every log and every seat map go on far beyond the numbers that were lost.

    The tables are those of this release. Not idempotent, and harmless when repeated.
    """
    EventStream.objects.update(last_number=F("last_number") + GAP)
    for stream in EventStream.objects.values_list("name", flat=True).order_by("pk"):
        record_event(stream, RESTORED, {"taken_at": manifest.taken_at})
    SeatingEvent.objects.update(seq=F("seq") + GAP)
    for event in SeatingEvent.objects.order_by("pk"):
        record_change(event, {}, is_new_map=True)
