"""Why a backup is not taken, or not brought back."""

from __future__ import annotations


class BackupRefused(Exception):
    """Nothing was changed; the sentence says why and what to do."""
