"""The desk finishes what guests began: the same flow, the same record, with the person's name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from apps.bookings.cleaning import (
    clean_email,
    clean_name,
    clean_phone,
    clean_region,
    clean_registration,
)
from apps.bookings.errors import RoomNotAvailable
from apps.bookings.events import booking_event
from apps.bookings.models import Booking, Guest, Room
from apps.bookings.rules import reasons_against_check_in
from apps.bookings.selectors import (
    find_primary_guest,
    get_booking_for_update,
    get_room_for_update,
)
from apps.bookings.services.access import open_doors
from apps.bookings.services.arrivals import take_in
from apps.bookings.services.notices import send_stay_link
from apps.bookings.services.rooming import assign_room
from apps.bookings.services.stays import (
    GuestDetails,
    details_on_file,
    mint_stay_token,
    register_primary_guest,
)
from apps.checkin.errors import FlowNotFound
from apps.checkin.events import flow_changed
from apps.checkin.models import CheckInFlow
from apps.checkin.selectors import OpenFlow
from apps.checkin.services.analytics import note_finished_by_staff
from apps.checkin.services.starting import with_new_token
from apps.checkin.states import FlowStatus, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskGuest:
    """Who stays, as typed at the desk. ``phone_region`` is for numbers without a country code."""

    full_name: str
    phone_number: str | None = None
    phone_region: str | None = None
    email: str | None = None
    car_registration: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCheckIn:
    """A check-in at the desk. ``room`` None: the booking's own; ``guest`` None: as is known."""

    booking: Booking
    performed_by: str
    room: Room | None = None
    guest: DeskGuest | None = None


@transaction.atomic
def check_in_at_desk(request: DeskCheckIn) -> Booking:
    """Take the guest in now, whatever of the online check-in is done; asking again is the same.

    The codes are asked for and arrive by the worker. Raises StayEnded, BookingNotConfirmed,
    CheckInNotOpen, RoomMissing, RoomOccupied, RoomNotReady, RoomNotAvailable, NoFreePin, and
    InvalidName, InvalidPhone, InvalidEmail, InvalidCarRegistration for the guest as typed.
    """
    now = timezone.now()
    booking = get_booking_for_update(request.booking.pk)
    if booking.checked_in_at is not None and booking.checked_out_at is None:
        if request.room is not None and request.room.pk != booking.assigned_room_id:
            raise RoomNotAvailable("The guest is in house in another room; move them instead.")
        return booking
    flow = _find_flow(booking)
    room = _room_for(booking, request.room)
    reasons = reasons_against_check_in(booking, room, now=now)
    if reasons:
        raise reasons[0]
    assert room is not None  # noqa: S101  # the rules refuse a booking without one
    if booking.assigned_room_id != room.pk:
        assign_room(booking, room)
    details = _details_of(booking, flow, request.guest)
    guest = register_primary_guest(booking, details) if details else None
    open_doors(
        booking,
        actor=request.performed_by,
        reason="Checked in at the desk.",
        own_numbers=[details.phone_number, details.car_registration] if details else (),
    )
    if flow is not None:
        _complete(flow)
    send_stay_link(booking, mint_stay_token(booking), guest=guest)
    take_in(
        booking,
        room,
        now=now,
        source="staff_check_in",
        performed_by=request.performed_by,
    )
    return booking


def _find_flow(booking: Booking) -> CheckInFlow | None:
    flows = CheckInFlow.objects.select_for_update().filter(booking=booking)
    return flows.filter(status=FlowStatus.IN_PROGRESS).first()


def _room_for(booking: Booking, wanted: Room | None) -> Room | None:
    room = wanted or booking.assigned_room
    return None if room is None else get_room_for_update(room.pk)


def _details_of(
    booking: Booking, flow: CheckInFlow | None, typed: DeskGuest | None
) -> GuestDetails | None:
    """Return the guest as typed at the desk, else as they said online, else as on file.

    None: there is nothing to store, for they are known already, or nobody knows a name.
    """
    known = find_primary_guest(booking)
    if typed is not None:
        return _cleaned(typed, booking, known)
    if flow is not None and flow.step >= Step.DETAILS:
        return GuestDetails(
            full_name=flow.full_name,
            phone_number=flow.phone_number,
            email=flow.email,
            car_registration=flow.car_registration,
        )
    on_file = details_on_file(booking)
    if not on_file.full_name or (known and known.full_name):
        return None
    return replace(on_file, car_registration=known.car_registration) if known else on_file


def _cleaned(typed: DeskGuest, booking: Booking, known: Guest | None) -> GuestDetails:
    """A car that the guest told of stays where the desk says nothing of one."""
    region = clean_region(typed.phone_region, booking.hotel.phone_region)
    told = known.car_registration if known else ""
    car = (told if typed.car_registration is None else typed.car_registration).strip()
    phone = (typed.phone_number or "").strip()
    return GuestDetails(
        full_name=clean_name(typed.full_name),
        phone_number=clean_phone(phone, region) if phone else "",
        email=clean_email(typed.email),
        car_registration=clean_registration(car) if car else "",
    )


def _complete(flow: CheckInFlow) -> None:
    """The guest's own flow ends as completed: their open app shows the stay."""
    flow.move_to(FlowStatus.COMPLETED)
    flow.step = Step.CONFIRMED
    flow.completed_at = timezone.now()
    flow.due_at = None
    flow.save(update_fields=["status", "step", "completed_at", "due_at", "updated_at"])
    note_finished_by_staff(flow)
    flow_changed(flow)


@transaction.atomic
def resume_flow(*, booking: Booking, performed_by: str) -> OpenFlow:
    """Return a key of the desk's own to the booking's flow; the guest's keys go on working.

    The hotel's log keeps who asked. Raises FlowNotFound where no check-in is under way.
    """
    booking = get_booking_for_update(booking.pk)
    flow = _find_flow(booking)
    if flow is None or timezone.now() >= flow.expires_at:
        raise FlowNotFound("No online check-in is under way for this booking.")
    flow.booking = booking
    opened = with_new_token(flow)
    booking_event(booking, "check-in-resumed", performed_by=performed_by)
    return opened
