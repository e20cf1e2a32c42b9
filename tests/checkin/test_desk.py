"""The desk takes guests in: walk-ins, half-done check-ins, other rooms, and what it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings import errors
from apps.bookings.models import Booking, Guest, Hotel, Room, RoomStatusChange
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.desk_codes import reissue_at_desk
from apps.bookings.services.guest_stay import update_car_registration
from apps.bookings.services.rooming import assign_room
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.states import RoomStatus
from apps.bookings.stay_view import view_stay
from apps.bookings.stay_window import stay_window
from apps.checkin.errors import FlowNotFound
from apps.checkin.models import CheckInFlow
from apps.checkin.selectors import find_open_flow
from apps.checkin.services.desk import DeskCheckIn, DeskGuest, check_in_at_desk, resume_flow
from apps.checkin.services.starting import StartRequest, start_check_in
from apps.checkin.services.steps import DetailsRequest, confirm_check_in, submit_details
from apps.checkin.states import FlowStatus, Step
from apps.common.errors import Invalid
from apps.common.models import Event, Notice
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.bookings import (
    OTHER_PHONE,
    PHONE,
    BookingFactory,
    GuestFactory,
    HotelFactory,
    RoomFactory,
)
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db
DESK = "staff:mary"


def take(booking: Booking, room: Room | None = None) -> Booking:
    return check_in_at_desk(DeskCheckIn(booking=booking, performed_by=DESK, room=room))


def arriving(**more: Any) -> Booking:
    booking: Booking = BookingFactory(**{"arriving_today": True, "with_room": True} | more)
    return booking


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("hotel", "assigned_room").get(pk=booking.pk)


def assert_not_in_house(booking: Booking) -> None:
    assert fresh(booking).checked_in_at is None
    assert not Guest.objects.filter(booking=booking).exists()
    assert not AccessGrant.objects.filter(holder=booking.lock_holder).exists()


# -- walk-ins ------------------------------------------------------------------------------------


def test_a_walk_in_is_in_house_as_the_booking_knows_them() -> None:
    booking = arriving(on_file=True)

    taken = take(booking)

    assert taken.checked_in_at is not None
    assert fresh(booking).assigned_room.status == RoomStatus.OCCUPIED
    guest = Guest.objects.get(booking=booking)
    assert (guest.full_name, guest.phone_number) == ("Mary O'Brien", PHONE)
    assert guest.room == booking.assigned_room


def test_of_a_walk_in_whom_nobody_knows_no_nameless_guest_is_made() -> None:
    booking = arriving()

    taken = take(booking)

    assert taken.checked_in_at is not None
    assert not Guest.objects.filter(booking=booking).exists()


def with_a_car_and_no_name() -> Booking:
    """A guest whom nobody knows tells of their car, by a link that the desk sent."""
    booking = arriving()
    update_car_registration(token=mint_stay_token(booking), car_registration="191 KY 4711")
    return booking


def test_a_guest_who_told_of_their_car_gets_their_name_from_the_file_and_keeps_it() -> None:
    booking = with_a_car_and_no_name()
    Booking.objects.filter(pk=booking.pk).update(contact_name="Mary O'Brien", contact_phone=PHONE)
    assert view_stay(fresh(booking)).guest_name == "Mary O'Brien"

    take(booking)

    guest = Guest.objects.get(booking=booking)
    assert (guest.full_name, guest.phone_number) == ("Mary O'Brien", PHONE)
    assert guest.car_registration == "191 KY 4711"


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, "191 KY 4711"), ("", ""), ("241 D 1", "241 D 1")]
)
def test_the_desk_forgets_a_car_only_if_it_says_so(typed: str | None, kept: str) -> None:
    booking = with_a_car_and_no_name()
    guest = DeskGuest(full_name="Mary O'Brien", car_registration=typed)

    check_in_at_desk(DeskCheckIn(booking=booking, performed_by=DESK, guest=guest))

    known = Guest.objects.get(booking=booking)
    assert (known.full_name, known.car_registration) == ("Mary O'Brien", kept)


def test_a_walk_in_is_who_the_desk_says_they_are() -> None:
    booking = arriving(on_file=True)
    typed = DeskGuest(
        full_name="  Siobhán   Walsh ",
        phone_number="020 913 0456",
        email="siobhan@example.com",
        car_registration="191-ky-4711",
    )

    check_in_at_desk(DeskCheckIn(booking=booking, performed_by=DESK, guest=typed))

    guest = Guest.objects.get(booking=booking)
    assert (guest.full_name, guest.phone_number) == ("Siobhán Walsh", "+353209130456")
    assert (guest.email, guest.car_registration) == ("siobhan@example.com", "191-KY-4711")
    assert Notice.objects.get().recipient == "siobhan@example.com"


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"full_name": "  "}, errors.InvalidName, "full_name"),
        ({"phone_number": "12"}, errors.InvalidPhone, "phone_number"),
        ({"email": "none"}, errors.InvalidEmail, "email"),
        ({"car_registration": "!?"}, errors.InvalidCarRegistration, "car_registration"),
    ],
)
def test_a_guest_who_can_not_be_so_is_not_taken_in(
    wrong: dict[str, str], refusal: type[Invalid], field: str
) -> None:
    booking = arriving(with_doors=True)
    typed = DeskGuest(**({"full_name": "Siobhán Walsh"} | wrong))

    with pytest.raises(refusal) as refused:
        check_in_at_desk(DeskCheckIn(booking=booking, performed_by=DESK, guest=typed))

    assert refused.value.field == field
    assert_not_in_house(booking)


def test_a_walk_in_s_codes_reach_the_locks(lock_cloud: LockCloud) -> None:
    booking = arriving(with_doors=True)

    take(booking)
    run_due_jobs()

    pin = view_stay(fresh(booking)).pin
    assert pin is not None
    for lock in AccessGrant.objects.get().locks.all():
        assert lock_cloud.codes_on(lock) == [pin]


def test_who_took_the_guest_in_is_written_down() -> None:
    booking = arriving(with_doors=True)

    take(booking)

    assert RoomStatusChange.objects.get(room=booking.assigned_room).performed_by == DESK
    granted = AccessGrant.objects.get().history.get(event="granted")
    assert granted.actor == DESK
    told = Event.objects.get(name="booking-checked-in").data
    assert (told["booking_id"], told["source"]) == (booking.booking_id, "staff_check_in")


def test_taking_in_twice_is_the_same_once(lock_cloud: LockCloud) -> None:
    booking = arriving(with_doors=True, on_file=True)
    first = take(booking)

    again = take(booking)

    assert again.checked_in_at == first.checked_in_at
    assert Guest.objects.count() == 1
    assert AccessGrant.objects.count() == 1
    assert Event.objects.filter(name="booking-checked-in").count() == 1


# -- half-done check-ins -------------------------------------------------------------------------


def test_a_half_done_check_in_is_finished_with_what_the_guest_said(lock_cloud: LockCloud) -> None:
    booking = arriving(with_doors=True, on_file=True)
    opened = start_check_in(
        StartRequest(booking_reference=booking.booking_reference, verification=PHONE[-4:])
    )
    submit_details(
        DetailsRequest(token=opened.token, full_name="Séamus Ó Sé", phone_number=OTHER_PHONE)
    )
    run_due_jobs()
    pin = AccessGrant.objects.get().pin

    take(booking)
    run_due_jobs()

    flow = CheckInFlow.objects.get()
    assert (flow.status, flow.step) == (FlowStatus.COMPLETED, Step.CONFIRMED)
    assert Guest.objects.get().full_name == "Séamus Ó Sé"
    assert AccessGrant.objects.get().pin == pin  # the guest knows it already
    # The guest's own app goes on to the stay.
    stay = confirm_check_in(token=opened.token)
    assert view_stay(get_booking_by_stay_token(stay.token)).pin == pin


def test_a_check_in_without_details_is_finished_with_what_is_on_file() -> None:
    flow = CheckInFlowFactory(booking=arriving(on_file=True))

    take(flow.booking)

    assert Guest.objects.get().full_name == "Mary O'Brien"
    flow.refresh_from_db()
    assert flow.status == FlowStatus.COMPLETED


def test_a_guest_who_is_known_is_not_forgotten_for_an_empty_check_in() -> None:
    booking = arriving()
    GuestFactory(booking=booking, room=None, full_name="Máire Ní Bhriain")
    CheckInFlowFactory(booking=booking)

    take(booking)

    assert Guest.objects.get().full_name == "Máire Ní Bhriain"


def test_no_pin_repeats_a_number_that_the_guest_gave(lock_cloud: LockCloud) -> None:
    flow = CheckInFlowFactory(
        booking=arriving(with_doors=True), with_parking=True, car_registration="191 KY 4711"
    )

    take(flow.booking)

    own = AccessGrant.objects.get().own_numbers.split()
    assert OTHER_PHONE.removeprefix("+") in own
    assert "1914711" in own


def test_a_key_of_the_desk_opens_the_flow_beside_the_guest_s() -> None:
    flow = CheckInFlowFactory(with_details=True)
    of_guest = key_to(flow)

    resumed = resume_flow(booking=flow.booking, performed_by=DESK)

    for token in (of_guest, resumed.token):
        opened = find_open_flow(token)
        assert opened is not None
        assert opened.flow == flow


@pytest.mark.parametrize("traits", [{"overdue": True}, {"cancelled": True}, {"completed": True}])
def test_what_is_not_under_way_has_no_key_for_the_desk(traits: dict[str, bool]) -> None:
    flow = CheckInFlowFactory(**traits)

    with pytest.raises(FlowNotFound):
        resume_flow(booking=flow.booking, performed_by=DESK)
    assert not flow.tokens.exists()


# -- rooms ---------------------------------------------------------------------------------------


def test_another_room_is_given_with_its_nights_and_its_lock(lock_cloud: LockCloud) -> None:
    booking = arriving(with_doors=True)
    assign_room(booking, booking.assigned_room)
    left = booking.assigned_room
    other = RoomFactory(hotel=booking.hotel, with_lock=True)

    taken = take(booking, other)
    run_due_jobs()

    assert taken.assigned_room == other
    assert set(booking.nights.values_list("room", flat=True)) == {other.pk}
    pin = AccessGrant.objects.get().pin
    assert lock_cloud.codes_on(other.locks.get()) == [pin]
    assert lock_cloud.codes_on(left.locks.get()) == []
    left.refresh_from_db()
    assert not left.is_occupied


def test_a_code_on_its_way_moves_with_the_guest(lock_cloud: LockCloud) -> None:
    booking = arriving(with_doors=True)
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference))
    submit_details(DetailsRequest(token=opened.token, full_name="Séamus", phone_number=OTHER_PHONE))
    run_due_jobs()
    old = booking.assigned_room.locks.get()
    other = RoomFactory(hotel=booking.hotel, with_lock=True)

    take(booking, other)
    run_due_jobs()

    assert lock_cloud.codes_on(old) == []
    assert len(lock_cloud.codes_on(other.locks.get())) == 1


@pytest.mark.parametrize(
    ("traits", "refusal"),
    [
        ({"occupied": True}, errors.RoomOccupied),
        ({"dirty": True}, errors.RoomNotReady),
        ({"being_cleaned": True}, errors.RoomNotReady),
        ({"uninspected": True}, errors.RoomNotReady),
        ({"out_of_service": True}, errors.RoomNotReady),
    ],
)
def test_a_room_that_is_not_ready_takes_nobody_in(
    traits: dict[str, bool], refusal: type[Exception]
) -> None:
    booking = arriving(with_room=False)
    room = RoomFactory(hotel=booking.hotel, **traits)

    with pytest.raises(refusal):
        take(booking, room)

    assert_not_in_house(booking)
    assert fresh(booking).assigned_room is None


def test_a_booking_without_a_room_needs_one() -> None:
    booking = arriving(with_room=False)

    with pytest.raises(errors.RoomMissing):
        take(booking)
    assert_not_in_house(booking)


def test_a_room_whose_nights_are_another_party_s_is_not_given() -> None:
    hotel = HotelFactory()
    room = RoomFactory(hotel=hotel)
    tomorrow = BookingFactory(hotel=hotel)
    assign_room(tomorrow, room)
    booking = arriving(hotel=hotel)

    with pytest.raises(errors.RoomNotAvailable):
        take(booking, room)

    assert_not_in_house(booking)
    assert fresh(booking).assigned_room == booking.assigned_room


def test_a_room_of_another_hotel_is_not_given() -> None:
    booking = arriving()

    with pytest.raises(errors.RoomNotAvailable):
        take(booking, RoomFactory())
    assert_not_in_house(booking)


def test_a_guest_in_house_is_not_silently_left_where_they_are() -> None:
    booking = arriving()
    take(booking)
    other = RoomFactory(hotel=booking.hotel)

    with pytest.raises(errors.RoomNotAvailable):
        take(booking, other)

    assert fresh(booking).assigned_room == booking.assigned_room


# -- times ---------------------------------------------------------------------------------------


@pytest.fixture
def kolkata() -> Hotel:
    made: Hotel = HotelFactory(timezone="Asia/Kolkata")
    return made


def test_the_arrival_day_begins_at_the_hotel_s_midnight(kolkata: Hotel) -> None:
    booking = BookingFactory(hotel=kolkata, with_room=True)  # from tomorrow on
    midnight = (timezone.now() + timedelta(days=1)).astimezone(kolkata.zone)
    midnight = midnight.replace(hour=0, minute=0, second=0, microsecond=0)

    with (
        time_machine.travel(midnight - timedelta(seconds=1), tick=False),
        pytest.raises(errors.CheckInNotOpen),
    ):
        take(booking)
    assert_not_in_house(booking)
    with time_machine.travel(midnight, tick=False):
        assert take(booking).checked_in_at is not None


def test_who_comes_after_midnight_is_taken_in_for_the_day_before() -> None:
    booking = arriving()
    next_day = timezone.now() + timedelta(days=1)

    with time_machine.travel(next_day, tick=False):
        assert take(booking).checked_in_at is not None


def test_a_stay_that_is_over_takes_nobody_in() -> None:
    booking = arriving()

    with (
        time_machine.travel(stay_window(booking).ends_at, tick=False),
        pytest.raises(errors.StayEnded),
    ):
        take(booking)
    assert_not_in_house(booking)


@pytest.mark.parametrize(
    ("traits", "refusal"),
    [
        ({"pending": True}, errors.BookingNotConfirmed),
        ({"cancelled": True}, errors.BookingNotConfirmed),
        ({"no_show": True}, errors.BookingNotConfirmed),
        ({"checked_out": True, "arriving_today": False}, errors.StayEnded),
    ],
)
def test_a_booking_that_is_not_confirmed_takes_nobody_in(
    traits: dict[str, bool], refusal: type[Exception]
) -> None:
    booking = arriving(**traits)

    with pytest.raises(refusal):
        take(booking)
    assert not fresh(booking).assigned_room.is_occupied


# -- another PIN ---------------------------------------------------------------------------------


def test_a_reissued_pin_replaces_the_old_one_on_every_lock(lock_cloud: LockCloud) -> None:
    booking = arriving(with_doors=True)
    take(booking)
    run_due_jobs()
    old = AccessGrant.objects.get()

    reissue_at_desk(booking=booking, performed_by=DESK)
    run_due_jobs()

    new = AccessGrant.objects.exclude(state=GrantState.ENDED).get()
    assert new.pk != old.pk
    for lock in new.locks.all():
        assert lock_cloud.codes_on(lock) == [new.pin]
    assert not AccessCode.objects.filter(grant=old, state=CodeState.SET).exists()
    assert new.history.get(event="granted").actor == DESK


def test_a_stay_that_is_over_gets_no_other_pin() -> None:
    booking = arriving(with_doors=True)
    take(booking)

    with (
        time_machine.travel(stay_window(booking).ends_at, tick=False),
        pytest.raises(errors.StayEnded),
    ):
        reissue_at_desk(booking=booking, performed_by=DESK)

    assert AccessGrant.objects.get().state != GrantState.ENDED
