"""Fixtures of the back office's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def quick_hashing(settings: Settings) -> None:
    """Passwords are made in many of these tests, and guessed in few."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def own_proofs(settings: Settings, tmp_path: Path) -> None:
    """Payment proofs lie where the test can leave them."""
    settings.PROOF_DIR = tmp_path / "proofs"
