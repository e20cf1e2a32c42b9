"""Fixtures of the back office's tests."""

from __future__ import annotations

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def quick_hashing(settings: Settings) -> None:
    """Passwords are made in many of these tests, and guessed in few."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
