"""Years of past stays: a base made by the models, and copied further back by the database.

A copy has keys of its own, points to the copies of what the original points to, and lies so many
days earlier. What is unique beyond that is said for each table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from django.core.management.color import no_style
from django.db import connection, models
from django.utils import timezone

if TYPE_CHECKING:
    from apps.bookings.models import Booking, Hotel, Room
    from apps.locks.models import AccessGrant

STAYS_OF_A_ROOM: Final = 10
NIGHTS: Final = 2
SPAN_DAYS: Final = STAYS_OF_A_ROOM * NIGHTS  # of one copy
EVENTS_OF_A_STAY: Final = 6
STRIDE: Final = 10_000_000  # between the keys of two copies
BY: Final = {"performed_by": "bench", "source": "bench"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """A stay that is over, with what its model holds as perhaps absent."""

    booking: Booking
    room: Room
    arrived: datetime
    left: datetime

    @property
    def about(self) -> dict[str, Any]:
        return {"booking": self.booking, "room": self.room}

    @property
    def hours(self) -> dict[str, datetime]:
        return {"starts_at": self.arrived, "ends_at": self.left, "asked_at": self.arrived}


def add_history(hotel: Hotel, rooms: Sequence[Room], copies: int) -> int:
    """Add ten stays a room and ``copies`` times as many before them; return how many bookings.

    The tables of stays must be empty before.
    """
    stays = _stays(hotel, rooms)
    _departures(hotel, stays)
    _check_ins(hotel, stays)
    multiplied = _multiplied()
    with _references_unasked():
        for model, changed in multiplied.items():
            _multiply(model, copies, changed, multiplied.keys())
    bookings = len(stays) * (copies + 1)
    _log(hotel, bookings * EVENTS_OF_A_STAY)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(multiplied)):
            cursor.execute(statement)
    return bookings


def _stays(hotel: Hotel, rooms: Sequence[Room]) -> Sequence[_Past]:
    from apps.bookings.models import Booking
    from apps.bookings.services.rooming import hold_many
    from apps.bookings.states import BookingStatus
    from apps.bookings.stay_window import hotel_today

    now = timezone.now()
    today = hotel_today(hotel.zone, now)
    ago = [timedelta(days=NIGHTS * (stay + 1)) for stay in range(STAYS_OF_A_ROOM)]
    night = timedelta(days=NIGHTS)
    bookings = Booking.objects.bulk_create(
        Booking(
            hotel=hotel,
            booking_id=f"PAST-{number}",
            booking_reference=f"PAST{number}",
            check_in_date=today - before,
            check_out_date=today - before + night,
            assigned_room=room,
            status=BookingStatus.COMPLETED,
            contact_name=f"Guest {number}",
            contact_email=f"guest-{number}@example.com",
            checked_in_at=now - before,
            checked_out_at=now - before + night,
        )
        for number, (room, before) in enumerate(product(rooms, ago))
    )
    hold_many(bookings)
    return [
        _Past(booking=booking, room=room, arrived=now - before, left=now - before + night)
        for booking, (room, before) in zip(bookings, product(rooms, ago), strict=True)
    ]


def _departures(hotel: Hotel, stays: Sequence[_Past]) -> None:
    from apps.bookings.models import CheckOut, Guest, HousekeepingTask, RoomStatusChange
    from apps.bookings.states import RoomStatus, TaskStatus

    Guest.objects.bulk_create(
        Guest(booking=stay.booking, full_name=stay.booking.contact_name) for stay in stays
    )
    CheckOut.objects.bulk_create(
        CheckOut(**stay.about, **BY, happened_at=stay.left) for stay in stays
    )
    left = {"old_status": RoomStatus.OCCUPIED, "new_status": RoomStatus.CHECKOUT_DIRTY}
    RoomStatusChange.objects.bulk_create(
        RoomStatusChange(**stay.about, **BY, **left, happened_at=stay.left) for stay in stays
    )
    HousekeepingTask.objects.bulk_create(
        HousekeepingTask(**stay.about, hotel=hotel, status=TaskStatus.DONE, created_at=stay.left)
        for stay in stays
    )


def _check_ins(hotel: Hotel, stays: Sequence[_Past]) -> None:
    from apps.checkin.models import CheckInAnalytics, CheckInFlow
    from apps.checkin.states import FlowStatus, PinStatus, Step

    flows = CheckInFlow.objects.bulk_create(
        CheckInFlow(
            booking=stay.booking,
            status=FlowStatus.COMPLETED,
            step=Step.CONFIRMED,
            pin_status=PinStatus.READY,
            access_grant=grant,
            started_at=stay.arrived,
            expires_at=stay.left,
            completed_at=stay.arrived,
        )
        for stay, grant in zip(stays, _grants(hotel, stays), strict=True)
    )
    CheckInAnalytics.objects.bulk_create(
        CheckInAnalytics(
            hotel=hotel,
            flow=flow,
            started_on=stay.booking.check_in_date,
            started_at=stay.arrived,
            furthest_step=Step.CONFIRMED,
            status=FlowStatus.COMPLETED,
            is_completed=True,
            completed_at=stay.arrived,
        )
        for flow, stay in zip(flows, stays, strict=True)
    )


def _grants(hotel: Hotel, stays: Sequence[_Past]) -> Sequence[AccessGrant]:
    from apps.locks.models import AccessCode, AccessGrant, AccessHistory, Lock
    from apps.locks.states import CodeState, GrantState

    front_door = Lock.objects.get(account=hotel.lock_account, is_front_door=True)
    of_room = {room.pk: room.locks.get() for room in {stay.room for stay in stays}}
    grants = AccessGrant.objects.bulk_create(
        AccessGrant(
            account=front_door.account,
            holder=stay.booking.lock_holder,
            label=stay.booking.booking_reference,
            pin="1357",
            pin_length=4,
            state=GrantState.ENDED,
            ended_at=stay.left,
            **stay.hours,
        )
        for stay in stays
    )
    doors = [
        (grant, lock, stay)
        for grant, stay in zip(grants, stays, strict=True)
        for lock in (front_door, of_room[stay.room.pk])
    ]
    through = AccessGrant.locks.through
    through.objects.bulk_create(through(accessgrant=grant, lock=lock) for grant, lock, _ in doors)
    codes = AccessCode.objects.bulk_create(
        AccessCode(
            grant=grant, lock=lock, state=CodeState.REMOVED, removed_at=stay.left, **stay.hours
        )
        for grant, lock, stay in doors
    )
    AccessHistory.objects.bulk_create(
        AccessHistory(
            grant=code.grant, code=code, happened_at=code.asked_at, event=event, actor="bench"
        )
        for code in codes
        for event in ("set", "removed")
    )
    return grants


def _multiplied() -> Mapping[type[models.Model], Mapping[str, str]]:
    """Return the tables in an order that keeps their references, with what is unique in each."""
    from apps.bookings import models as bookings
    from apps.checkin import models as checkin
    from apps.locks import models as locks

    again = "t.{0} || '-' || n"
    return {
        bookings.Booking: {
            name: again.format(name) for name in ("booking_id", "booking_reference")
        },
        bookings.Guest: {},
        bookings.RoomNight: {},
        bookings.CheckOut: {},
        bookings.RoomStatusChange: {},
        bookings.HousekeepingTask: {},
        locks.AccessGrant: {
            "holder": f"'booking:' || (substr(t.holder, 9)::bigint + n * {STRIDE}::bigint)"
        },
        locks.AccessGrant.locks.through: {},
        locks.AccessCode: {},
        locks.AccessHistory: {},
        checkin.CheckInFlow: {},
        checkin.CheckInAnalytics: {},
    }


@contextmanager
def _references_unasked() -> Iterator[None]:
    """Let the database believe the references, which are right by construction: half the time."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def _multiply(
    model: type[models.Model], copies: int, changed: Mapping[str, str], multiplied: Any
) -> None:
    fields = model._meta.concrete_fields
    columns = [str(field.column) for field in fields]
    values = [changed.get(str(field.column)) or _moved(field, multiplied) for field in fields]
    table = model._meta.db_table
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)}"  # noqa: S608  # names of the models' own
            f" FROM {table} t CROSS JOIN generate_series(1, %s) n",
            [copies],
        )


def _moved(field: Any, multiplied: Any) -> str:
    """Return what a column of the n-th copy has."""
    column = f't."{field.column}"'
    if field.primary_key or field.related_model in multiplied:
        target = field.target_field if field.related_model in multiplied else field
        if isinstance(target, models.UUIDField):
            return f"md5({column}::text || n)::uuid"
        return f"{column} + n * {STRIDE}::bigint"
    if isinstance(field, models.DateTimeField):
        return f"{column} - n * interval '{SPAN_DAYS} days'"
    return f"{column} - n * {SPAN_DAYS}" if isinstance(field, models.DateField) else column


def _log(hotel: Hotel, events: int) -> None:
    """Fill the hotel's log: all of it is young enough to be kept."""
    from apps.common.events import stream_row
    from apps.common.models import Event

    stream = stream_row(hotel.event_stream)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Event._meta.db_table} (stream_id, number, name, data, happened_at)"  # noqa: S608  # a name of the models' own
            " SELECT %s, n, 'room-status-changed', jsonb_build_object('room_number', '101',"
            " 'old_status', 'OCCUPIED', 'new_status', 'CHECKOUT_DIRTY'), now()"
            " FROM generate_series(1, %s) n",
            [stream.pk, events],
        )
    stream.last_number = events
    stream.save()
