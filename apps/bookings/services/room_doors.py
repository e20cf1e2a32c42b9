"""Which locks are a room's own."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from apps.bookings.errors import DoorNotFound
from apps.bookings.models import Booking, Room
from apps.bookings.selectors import bookings_for_update, get_room_for_update
from apps.bookings.services.access import adjust_doors
from apps.bookings.states import BookingStatus
from apps.locks.models import Lock


@transaction.atomic
def choose_locks(*, room: Room, lock_ids: Collection[int], performed_by: str) -> list[Lock]:
    """Let these locks, and no others, be the room's own; codes of its stays move along.

    Returns them. Raises DoorNotFound for a lock that is not of the hotel's account.
    """
    # The stays before the room, as everywhere, and in the order of their keys.
    stays = bookings_for_update().filter(assigned_room=room, status=BookingStatus.CONFIRMED)
    bookings: list[Booking] = list(stays.order_by("pk"))
    room = get_room_for_update(room.pk)
    account = room.hotel.lock_account_id
    locks = list(Lock.objects.filter(pk__in=lock_ids, account_id=account, is_front_door=False))
    if len(locks) < len(set(lock_ids)):
        raise DoorNotFound(field="locks")
    room.locks.set(locks)
    for booking in bookings:
        adjust_doors(booking, actor=performed_by, reason=f"{room} has other locks.")
    return locks
