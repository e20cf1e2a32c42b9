"""Orders that came to nothing are thrown away after a while; what was paid for stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from apps.common.maintenance import delete_portion
from apps.seating.models import SeatOrder
from apps.seating.states import GIVEN_UP


def purge_given_up_orders(now: datetime) -> bool:
    """Delete some orders that were given up long ago; return whether any may be left.

    Never one with a payment proof or a mark of somebody's money, nor while the waiting list
    points to it.
    """
    before = now - timedelta(days=settings.SEAT_ORDER_RETENTION_DAYS)
    orders = SeatOrder.objects.filter(status__in=sorted(GIVEN_UP), ended_at__lt=before, mark="")
    unpaid = orders.filter(proofs__isnull=True, waiting_entry__isnull=True)
    return delete_portion(unpaid, oldest_by="ended_at")
