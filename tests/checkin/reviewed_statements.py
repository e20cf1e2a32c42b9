"""How often each step of a check-in asks the database: reviewed numbers, for tests and benches.

A step that asks more often makes every guest wait for it.
"""

from __future__ import annotations

from typing import Final

STEPS: Final = {"start": 6, "details": 14, "parking": 4, "poll": 1, "confirm": 22}
# REST shows the whole stay at once: its chat, the menu and the orders too.
REST_STEPS: Final = STEPS | {"confirm": STEPS["confirm"] + 3}
