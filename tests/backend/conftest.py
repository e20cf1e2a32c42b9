from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.common.conftest import errand_rows, errand_table

__all__ = ["bare", "errand_rows", "errand_table"]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a process where nothing is set, with a directory of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DOORSTEP_VAR_DIR": str(tmp_path / "var"), "COLUMNS": "200"}
