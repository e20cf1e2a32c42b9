"""Two houses with a row of every kind that has a page: what one's people do, the other's never see.

``MARK`` is in the name of everything that is the other house's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.utils import timezone

from apps.bookings.models import GuestErasure, Hotel, HousekeepingTask, Maintenance, RemovalRecord
from apps.common.models import Alert, Notice
from apps.seating.models import WaitingListEntry
from apps.seating.services.holders import Holder
from apps.seating.services.payments import submit_payment_proof
from apps.staff.models import Membership
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.checkin import CheckInFlowFactory
from tests.factories.concierge import MenuItemFactory, RoomServiceOrderFactory
from tests.factories.locks import LockAccountFactory, LockFactory
from tests.factories.partners import key_for
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.factories.staff import UserFactory

MARK = "Zanzibar"

Maker = Callable[[Hotel, str], Model]


def _user(hotel: Hotel, mark: str) -> Model:
    user = UserFactory(username=f"{mark}-desk", first_name=mark)
    Membership.objects.create(user=user, hotel=hotel, role=Role.FRONT_DESK)
    return user


def _membership(hotel: Hotel, mark: str) -> Model:
    user = UserFactory(username=f"{mark}-cleaner", first_name=mark)
    return Membership.objects.create(user=user, hotel=hotel, role=Role.HOUSEKEEPING)


def _guest(hotel: Hotel, mark: str) -> Model:
    guest: Any = GuestFactory(
        full_name=f"{mark} Guest", booking__hotel=hotel, booking__booking_id=f"{mark}-2"
    )
    return guest  # type: ignore[no-any-return]


def _event(hotel: Hotel, mark: str, number: int = 1) -> Any:
    return SeatingEventFactory(
        hotel=hotel, name=f"{mark} gala {number}", slug=f"{mark.lower()}-{number}", seats=6
    )


def _order(hotel: Hotel, mark: str) -> Model:
    opened = choose(_event(hotel, mark, 2), "A-1", holder=Holder(name=mark, email="m@example.com"))
    return submit_payment_proof(order_token=opened.token, file=picture()).order


def _seat(hotel: Hotel, mark: str) -> Model:
    seat = _event(hotel, mark, 3).seats.first()
    seat.label = f"{mark}-1"
    seat.save()
    return seat  # type: ignore[no-any-return]


def _waiting(hotel: Hotel, mark: str) -> Model:
    return WaitingListEntry.objects.create(
        event=_event(hotel, mark, 4),
        token_digest=f"{mark} waits",
        quantity=1,
        holder_name=mark,
        created_at=timezone.now(),
    )


def _room(hotel: Hotel, mark: str, number: int) -> Any:
    return RoomFactory(hotel=hotel, number=f"{mark}{number}")


def _account(hotel: Hotel, mark: str) -> Any:
    if hotel.lock_account is None:
        hotel.lock_account = LockAccountFactory(name=f"{mark} locks")
        hotel.save()
    return hotel.lock_account


MAKERS: dict[str, Maker] = {
    "bookings.guesterasure": lambda hotel, mark: GuestErasure.objects.create(
        hotel=hotel, performed_by=mark, performed_at=timezone.now()
    ),
    "bookings.removalrecord": lambda hotel, mark: RemovalRecord.objects.create(
        hotel=hotel, performed_by=mark, happened_at=timezone.now()
    ),
    "bookings.housekeepingtask": lambda hotel, mark: HousekeepingTask.objects.create(
        hotel=hotel, room=_room(hotel, mark, 2), assignee=mark, created_at=timezone.now()
    ),
    "bookings.maintenance": lambda hotel, mark: Maintenance.objects.create(
        room=_room(hotel, mark, 3), reason=mark
    ),
    "checkin.checkinflow": lambda hotel, mark: CheckInFlowFactory(
        booking__hotel=hotel, booking__booking_id=f"{mark}-3", full_name=mark
    ),
    "common.alert": lambda hotel, mark: Alert.objects.create(
        scope=hotel.alert_scope, kind="k", subject=mark, message=mark, opened_at=timezone.now()
    ),
    "common.notice": lambda hotel, mark: Notice.objects.create(
        scope=hotel.alert_scope,
        subject=mark,
        channel="EMAIL",
        template="stay_link",
        language="en",
        dedupe_key=mark,
        asked_at=timezone.now(),
    ),
    "concierge.roomserviceorder": lambda hotel, mark: RoomServiceOrderFactory(
        booking__hotel=hotel, booking__booking_id=f"{mark}-4"
    ),
    "locks.lock": lambda hotel, mark: LockFactory(account=_account(hotel, mark), name=mark),
    "locks.lockaccount": _account,
    "partners.apikey": lambda hotel, mark: key_for(hotel, partner=f"{mark} PMS").key,
    "seating.seat": _seat,
    "seating.seatingevent": _event,
    "seating.seatorder": _order,
    "seating.waitinglistentry": _waiting,
    "bookings.hotel": lambda hotel, _mark: hotel,
    "bookings.room": lambda hotel, mark: RoomFactory(hotel=hotel, number=mark),
    "bookings.booking": lambda hotel, mark: BookingFactory(
        hotel=hotel, booking_id=f"{mark}-1", contact_name=f"{mark} Party"
    ),
    "bookings.guest": _guest,
    "concierge.menuitem": lambda hotel, mark: MenuItemFactory(hotel=hotel, name=f"{mark} soup"),
    "auth.user": _user,
    "staff.membership": _membership,
}


def house(mark: str) -> Hotel:
    """Return a house of that name."""
    hotel: Hotel = HotelFactory(name=f"{mark} House", slug=mark.lower())
    return hotel


def furnish(hotel: Hotel, mark: str) -> dict[str, Model]:
    """Return a row of every kind, all of the hotel."""
    return {label: make(hotel, mark) for label, make in MAKERS.items()}
