"""How a test and the server that holds requests for it speak of one another."""

from __future__ import annotations

from typing import Final

GATES: Final = "DOORSTEP_TEST_GATES"  # the directory of gates and of marks of who stands at them
HEADER: Final = b"x-hold"
