"""What must agree between bookings, guests, rooms, nights, doors and check-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.bookings.models import (
    HOLDER_PREFIX,
    Booking,
    CheckOut,
    Guest,
    HousekeepingTask,
    Maintenance,
    Room,
    RoomNight,
)
from apps.bookings.services.rooming import HOLDS_ROOM, nights_of
from apps.bookings.states import OPEN_TASKS, BookingStatus
from apps.checkin.models import CheckInFlow
from apps.checkin.states import FlowStatus
from apps.locks.models import AccessGrant
from apps.locks.states import GrantState
from backend.consistency.finding import Finding

ENDED: Final = frozenset({BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW})
PORTION: Final = 500
IN_HOUSE: Final = Q(status=BookingStatus.CONFIRMED, checked_in_at__isnull=False)


def _ghost_rooms() -> Iterator[Finding]:
    stays = Booking.objects.filter(IN_HOUSE, assigned_room=OuterRef("pk"))
    for room in _rooms().filter(~Exists(stays), is_occupied=True):
        yield Finding(
            subject=_name_of_room(room),
            problem="is occupied, and no stay in house has it.",
            advice=f"Clear it by a bulk check-out of room id {room.pk}.",
        )


def _stays_without_room() -> Iterator[Finding]:
    stays = _bookings().filter(IN_HOUSE)
    wrong = stays.filter(Q(assigned_room__isnull=True) | Q(assigned_room__is_occupied=False))
    for booking in wrong:
        yield Finding(
            subject=_name_of(booking),
            problem="is in house, and no occupied room is theirs.",
            advice="Move the guest to a room that is ready, or check them out.",
        )


def _shared_rooms() -> Iterator[Finding]:
    stays = _bookings().filter(IN_HOUSE, assigned_room__isnull=False).order_by("assigned_room_id")
    for _, sharing in groupby(stays, key=lambda booking: booking.assigned_room_id):
        for booking in list(sharing)[1:]:
            yield Finding(
                subject=_name_of(booking),
                problem=f"is in house in {booking.assigned_room}, where another stay is.",
                advice="Ask at the door who is there, then move or check out the other one.",
            )


def _guests_left_behind() -> Iterator[Finding]:
    guests = Guest.objects.filter(room__isnull=False).select_related("booking__hotel", "room")
    for guest in guests.filter(booking__status__in=ENDED):
        yield Finding(
            subject=f"{_name_of(guest.booking)}, guest {guest.pk}",
            problem=f"is in {guest.room}, and the stay has ended.",
            advice="Clear the guest's room in the admin.",
        )
    in_another = guests.exclude(booking__status__in=ENDED).exclude(room=F("booking__assigned_room"))
    for guest in in_another:
        yield Finding(
            subject=f"{_name_of(guest.booking)}, guest {guest.pk}",
            problem=f"is in {guest.room}, and the booking has another room.",
            advice="Move the booking to the room that the guest is really in.",
        )


def _grants_of_ended_stays() -> Iterator[Finding]:
    live = AccessGrant.objects.exclude(state=GrantState.ENDED)
    holders = live.filter(holder__startswith=HOLDER_PREFIX).order_by("holder")
    names = (
        holder.removeprefix(HOLDER_PREFIX)
        for holder in holders.values_list("holder", flat=True).iterator()
    )
    keys = (int(name) for name in names if name.isdigit())
    while portion := set(islice(keys, PORTION)):
        known = Booking.objects.filter(pk__in=portion).exclude(status__in=ENDED)
        for key in sorted(portion - set(known.values_list("pk", flat=True))):
            yield Finding(
                subject=f"Booking {key}",
                problem="still has access to doors, and the stay has ended.",
                advice="Revoke it in the admin; then run reconcile_locks.",
            )


def _check_outs() -> Iterator[Finding]:
    standing = CheckOut.objects.filter(booking=OuterRef("pk"), undone_at__isnull=True)
    bookings = _bookings().annotate(is_checked_out=Exists(standing))
    is_completed = Q(status=BookingStatus.COMPLETED)
    for booking in bookings.filter(is_completed, is_checked_out=False):
        yield Finding(
            subject=_name_of(booking),
            problem="is completed, and no check-out made it so.",
            advice="See who wrote its status; only the check-out may.",
        )
    for booking in bookings.filter(~is_completed, is_checked_out=True):
        yield Finding(
            subject=_name_of(booking),
            problem="has a check-out that stands, and is not completed.",
            advice="Check it out again, or undo the check-out.",
        )


def _nights() -> Iterator[Finding]:
    held_by_stays = RoomNight.objects.filter(booking__isnull=False)
    idle = held_by_stays.exclude(booking__status__in=HOLDS_ROOM)
    for booking in _bookings().filter(pk__in=idle.values("booking")):
        yield Finding(
            subject=_name_of(booking),
            problem="has ended and still holds nights of a room.",
            advice="Delete its room nights in the admin.",
        )
    is_right = Q(
        nights__room=F("assigned_room"),
        nights__night__gte=F("check_in_date"),
        nights__night__lt=F("check_out_date"),
    )
    holding = _bookings().filter(status__in=HOLDS_ROOM).order_by()
    counted = holding.annotate(held=Count("nights"), right=Count("nights", filter=is_right))
    for booking in counted.iterator():
        wanted = len(nights_of(booking)) if booking.assigned_room_id else 0
        if (booking.held, booking.right) != (wanted, wanted):
            yield Finding(
                subject=_name_of(booking),
                problem="holds other nights than those of its room and dates.",
                advice="Save its dates again by a change of the stay.",
            )


def _tasks_of_occupied_rooms() -> Iterator[Finding]:
    tasks = HousekeepingTask.objects.filter(status__in=OPEN_TASKS, room__is_occupied=True)
    for task in tasks.select_related("room__hotel"):
        yield Finding(
            subject=_name_of_room(task.room),
            problem=f"is occupied, and task {task.pk} wants it cleaned.",
            advice="Cancel the task.",
        )


def _maintenance() -> Iterator[Finding]:
    under_way = Maintenance.objects.filter(
        room=OuterRef("pk"), opened_at__isnull=False, closed_at__isnull=True
    )
    rooms = _rooms().annotate(is_repaired=Exists(under_way))
    for room in rooms.exclude(is_out_of_service=F("is_repaired")):
        yield Finding(
            subject=_name_of_room(room),
            problem="is out of service without a maintenance, or the other way round.",
            advice="Set it out of service and back.",
        )
    nights = RoomNight.objects.filter(maintenance__closed_at__isnull=False)
    for held in _rooms().filter(pk__in=nights.values("room")):
        yield Finding(
            subject=_name_of_room(held),
            problem="has nights of a maintenance that is over.",
            advice="Delete its room nights in the admin.",
        )


def _flows() -> Iterator[Finding]:
    live = CheckInFlow.objects.filter(status=FlowStatus.IN_PROGRESS)
    several = live.values("booking").annotate(count=Count("pk")).filter(count__gt=1)
    for booking in _bookings().filter(pk__in=several.values("booking")):
        yield Finding(
            subject=_name_of(booking),
            problem="has more than one check-in under way.",
            advice="Let them expire; the guest starts again.",
        )
    for flow in live.filter(booking__status__in=ENDED).select_related("booking__hotel"):
        yield Finding(
            subject=_name_of(flow.booking),
            problem="has ended, and a check-in is under way.",
            advice="It expires by itself; see who ended the booking past the services.",
        )


SEARCHES: Final[Sequence[Callable[[], Iterator[Finding]]]] = (
    _ghost_rooms,
    _stays_without_room,
    _shared_rooms,
    _guests_left_behind,
    _grants_of_ended_stays,
    _check_outs,
    _nights,
    _tasks_of_occupied_rooms,
    _maintenance,
    _flows,
)


def _rooms() -> QuerySet[Room]:
    return Room.objects.select_related("hotel").order_by("pk")


def _bookings() -> QuerySet[Booking]:
    return Booking.objects.select_related("hotel", "assigned_room").order_by("pk")


def _name_of(booking: Booking) -> str:
    return f"{booking.hotel.slug}, booking {booking.booking_id}"


def _name_of_room(room: Room) -> str:
    return f"{room.hotel.slug}, room {room.number}"
