"""How often a name may be tried with a wrong password. Pure."""

from __future__ import annotations

from typing import Final

from apps.common.limits.rates import Rate

WRONG_FROM_ADDRESS: Final = Rate(5, 5 * 60)  # in a row, none later than that after the last
WRONG_FROM_ANYWHERE: Final = Rate(50, 15 * 60)
