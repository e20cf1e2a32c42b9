from __future__ import annotations

from tests.backend.conftest import bare

__all__ = ["bare"]
