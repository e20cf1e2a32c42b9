"""Proofs of one test, in a place of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def proof_dir(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's proofs lie."""
    directory = tmp_path / "proofs"
    settings.PROOF_DIR = directory
    return directory


@pytest.fixture
def kept_files(proof_dir: Path) -> Callable[[], int]:
    """Return how many files are kept."""
    return lambda: len(list(proof_dir.iterdir())) if proof_dir.is_dir() else 0
