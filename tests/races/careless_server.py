"""The whole application with the lock on orders taken away: the twin of races for one order.

Orders are read without a lock, changed whatever their state is by then, and, on SQLite, in
transactions that begin by reading. Seats are held by those who saw them free before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import F

from backend.asgi import application as application

from apps.seating.errors import SeatsTaken  # isort: skip
from apps.seating.models import Seat, SeatOrder  # isort: skip  # models exist from here on
from apps.seating.selectors import WantedSeats  # isort: skip
from apps.seating.services import order_rows, orders, payments, reviews  # isort: skip
from apps.seating.states import AllocationStatus, SeatStatus  # isort: skip

WIDE_OPEN = 0.5  # seconds between looking and changing, so that everybody looks first


def get_order(pk: int) -> SeatOrder:
    """Return the order as anybody would."""
    order = SeatOrder.objects.select_related("event__hotel").get(pk=pk)
    time.sleep(WIDE_OPEN)
    return order


def update_order(order: SeatOrder, **columns: Any) -> None:
    """Store columns whatever has become of the order."""
    SeatOrder.objects.filter(pk=order.pk).update(version=F("version") + 1, **columns)
    order.refresh_from_db()


def check_choice(*_: Any) -> bool:
    """Let everybody look at the seats before anybody has them."""
    time.sleep(WIDE_OPEN)
    return False


def allocate(
    order: SeatOrder, wanted: WantedSeats, _now: datetime
) -> tuple[Sequence[Any], dict[Seat, SeatStatus]]:
    """Hold what was free when it was looked at."""
    if wanted.taken:
        raise SeatsTaken(wanted.taken)
    held = order_rows.insert_allocations(
        order, wanted.seats, AllocationStatus.HELD, order.expires_at
    )
    return held, dict.fromkeys(wanted.seats, SeatStatus.HELD)


orders.check_choice, orders._allocate = check_choice, allocate
payments.get_order_for_update = reviews.get_order_for_update = get_order
payments.update_order = reviews.update_order = order_rows.update_order = update_order
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    connections["default"].settings_dict["OPTIONS"].pop("transaction_mode", None)
    settings.DATABASES["default"]["OPTIONS"].pop("transaction_mode", None)
