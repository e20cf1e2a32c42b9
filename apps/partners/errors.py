"""What the partners room refuses."""

from __future__ import annotations

from apps.common import errors


class KeyNotFound(errors.NotFound):
    sentence = "There is no key of that prefix."


class KeyEnded(errors.Conflict):
    sentence = "That key has ended; create a new one."
