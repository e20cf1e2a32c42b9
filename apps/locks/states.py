"""The states of a code and of a grant, and the table of allowed moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import models


class CodeKind(models.TextChoices):
    """How a code came to be on the lock."""

    CUSTOM = "CUSTOM", "chosen here, written through the gateway"
    OFFLINE = "OFFLINE", "computed by the lock cloud, needs no gateway"
    BACKUP = "BACKUP", "preset on the lock for bad days"


class CodeState(models.TextChoices):
    """Where one code on one lock stands."""

    PENDING = "PENDING", "asked for"
    SETTING = "SETTING", "being written"
    SET = "SET", "on the lock"
    DELAYED = "DELAYED", "not written yet, being retried"
    FAILED = "FAILED", "not written; the guest needs another way in"
    REMOVING = "REMOVING", "being taken off"
    REMOVED = "REMOVED", "off the lock"
    REMOVAL_FAILED = "REMOVAL_FAILED", "could not be taken off yet"


S = CodeState

ALLOWED: Final[Mapping[CodeState, frozenset[CodeState]]] = {
    S.PENDING: frozenset({S.SETTING, S.REMOVING, S.REMOVED}),
    S.SETTING: frozenset({S.SET, S.DELAYED, S.FAILED, S.REMOVING, S.REMOVED}),
    # To REMOVAL_FAILED without a try: an offline code that its guest may know by now.
    S.SET: frozenset({S.SETTING, S.REMOVING, S.REMOVED, S.REMOVAL_FAILED}),
    S.DELAYED: frozenset({S.SETTING, S.SET, S.FAILED, S.REMOVING, S.REMOVED}),
    S.FAILED: frozenset({S.SETTING, S.SET, S.REMOVING, S.REMOVED}),
    S.REMOVING: frozenset({S.REMOVED, S.REMOVAL_FAILED}),
    # Back to SET: an offline code that could not be recalled serves the next grant.
    S.REMOVAL_FAILED: frozenset({S.REMOVING, S.REMOVED, S.SET}),
    # Back to REMOVING: the lock's list still shows a code that was believed gone.
    S.REMOVED: frozenset({S.REMOVING}),
}

# Every state in which the digits may open a door: they stay reserved on the lock.
LIVE: Final = frozenset(CodeState) - {S.REMOVED}
# States of a code that its guest still counts on.
WANTED: Final = frozenset({S.PENDING, S.SETTING, S.SET, S.DELAYED, S.FAILED})
UNWANTED: Final = frozenset({S.REMOVING, S.REMOVAL_FAILED})

PATIENCE: Final = timedelta(seconds=45)  # then the guest is told to contact the hotel


def can_move(current: CodeState, target: CodeState) -> bool:
    """Answer whether a code may go from ``current`` to ``target``."""
    return target in ALLOWED[current]


class GrantState(models.TextChoices):
    """What the holder of a grant can count on."""

    WAITING = "WAITING", "at least one lock has no code yet"
    READY = "READY", "every lock has a code"
    FAILED = "FAILED", "a lock could not be given a code; attempts go on where they can help"
    ENDED = "ENDED", "access is taken back"
