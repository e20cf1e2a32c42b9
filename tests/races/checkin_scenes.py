"""Scenes of a check-in in which somebody comes in the midst of somebody else's command.

Each plays at real server processes and returns what is wrong afterwards, in words: nothing, where
the one who came waited for the end of the command or was told so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.bookings.models import Booking, Guest
from apps.bookings.services.privacy import anonymise_booking
from apps.bookings.services.rooming import hold_many
from apps.bookings.stay_window import stay_window
from apps.checkin.models import CheckInFlow, VerificationFailure
from apps.checkin.selectors import OpenFlow
from apps.checkin.services.starting import StartRequest, start_check_in
from apps.checkin.services.steps import DetailsRequest, submit_details, submit_parking
from apps.checkin.states import FlowStatus, PinStatus
from apps.common.models import Event
from apps.common.notices.models import Notice
from apps.locks.models import AccessGrant
from apps.locks.states import GrantState
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from backend.consistency import find_inconsistencies
from tests.background import run_due_jobs
from tests.common.errands import wait_until
from tests.factories.bookings import PHONE, BookingFactory, RoomFactory
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.factories.staff import works_at
from tests.races.midway import BROKEN, Call, Deed, Doors

FLOW: Final = "checkin_checkinflow"
BOOKING: Final = "bookings_booking"
ROOM: Final = "bookings_room"
FAILURES: Final = "checkin_verificationfailure"
GUESSES: Final = 7  # wrong answers from one address, of which five are heard
NAME: Final = "Mary O'Brien"
OTHER_NAME: Final = "Máire Uí Bhriain"

Scene = Callable[[Doors], list[str]]

# -- what is done ----------------------------------------------------------------------------------


def checking_in(booking: Booking) -> str:
    """Go up to the last step, with the codes on the doors; return the flow's key."""
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference))
    assert isinstance(opened, OpenFlow)
    submit_details(DetailsRequest(token=opened.token, full_name=NAME, phone_number=PHONE))
    submit_parking(token=opened.token, has_car=False, car_registration=None)
    run_due_jobs()
    wait_until(lambda: CheckInFlow.objects.get(booking=booking).pin_status == PinStatus.READY)
    return opened.token


def arriving() -> Booking:
    booking: Booking = BookingFactory(arriving_today=True, with_doors=True)
    hold_many([booking])
    return booking


def confirm(token: str) -> Call:
    return Call(path=f"/api/checkin/{token}/confirm/")


def details(token: str, name: str = OTHER_NAME) -> Call:
    body = {"full_name": name, "phone_number": PHONE}
    return Call(path=f"/api/checkin/{token}/details/", body=body)


def guess(booking: Booking, answer: str = "0000") -> Call:
    body = {"booking_reference": booking.booking_reference, "verification": answer}
    return Call(path="/api/checkin/start/", body=body)


def desk(booking: Booking, path: str, **body: object) -> Call:
    token = open_login(works_at(booking.hotel, Role.MANAGER)).token
    whole = f"/api/staff/hotels/{booking.hotel.slug}/room-bookings/{booking.booking_id}/{path}/"
    return Call(path=whole, body=body, token=token)


def expire(_address: str) -> str:
    """A worker does what is due; here it is the test's own process."""
    run_due_jobs()
    return ""


# -- what may not come of it -----------------------------------------------------------------------


def wrong_with(booking: Booking, answers: list[str]) -> list[str]:
    """Return what is wrong with the answers and with what is stored, in words."""
    run_due_jobs()
    booking.refresh_from_db()
    wrong = [f"answered {code}" for code in answers if code in BROKEN]
    wrong += [str(finding) for finding in find_inconsistencies()]
    return wrong + _twice(booking) + _wrong_with_codes(booking)


def _twice(booking: Booking) -> list[str]:
    happened = {
        "a guest": Guest.objects.filter(booking=booking),
        "an arrival": Event.objects.filter(
            name="booking-checked-in", data__booking_id=booking.booking_id
        ),
        "a link": Notice.objects.filter(template="stay_link", subject=booking.booking_id),
    }
    return [f"{what} more than once" for what, rows in happened.items() if rows.count() > 1]


def _wrong_with_codes(booking: Booking) -> list[str]:
    live = AccessGrant.objects.filter(holder=booking.lock_holder).exclude(state=GrantState.ENDED)
    window = stay_window(booking)
    is_in_house = booking.checked_in_at is not None and booking.checked_out_at is None
    wrong = []
    if any((g.starts_at, g.ends_at) != (window.starts_at, window.ends_at) for g in live):
        wrong.append("codes for other hours than the stay's")
    if is_in_house and booking.hotel.lock_account and not live:
        wrong.append("in house without a code")
    return wrong


def is_completed(booking: Booking) -> list[str]:
    flow = CheckInFlow.objects.get(booking=booking)
    return [] if flow.status == FlowStatus.COMPLETED else [f"the flow is {flow.status}"]


# -- the races -------------------------------------------------------------------------------------


def a_second_confirm_beside_the_first(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    answers = doors.midway(confirm(token), confirm(token), at=FLOW)
    return wrong_with(booking, answers) + is_completed(booking) + [a for a in answers if a]


def a_confirm_beside_details_said_again(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    answers = doors.midway(details(token), confirm(token), at=FLOW)
    return wrong_with(booking, answers) + is_completed(booking)


def details_said_again_beside_a_confirm(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    answers = doors.midway(confirm(token), details(token), at=FLOW)
    wrong = wrong_with(booking, answers) + is_completed(booking)
    accepted = OTHER_NAME if answers[1] == "" else NAME
    stored = [guest.full_name for guest in Guest.objects.filter(booking=booking)]
    return wrong if stored == [accepted] else [*wrong, f"accepted {accepted}, stored {stored}"]


def an_expiry_beside_a_confirm(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    soon = timezone.now() + timedelta(seconds=2)
    CheckInFlow.objects.filter(booking=booking).update(expires_at=soon, due_at=soon)
    answers = doors.midway(confirm(token), expire, at=FLOW, not_before=soon)
    return wrong_with(booking, answers)


def another_guess_beside_a_guess(doors: Doors) -> list[str]:
    booking = BookingFactory(in_house=True, on_file=True)
    guesses: list[Deed] = [guess(booking)] * (GUESSES - 1)
    answers = doors.midway(guess(booking), *guesses, at=FAILURES)
    heard = answers.count("VERIFICATION_FAILED")
    wrong = [code for code in answers if code in BROKEN]
    return (
        wrong if heard == VerificationFailure.objects.count() == 5 else [*wrong, f"{heard} heard"]
    )


def a_second_device_beside_details(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    take_over = guess(booking, PHONE[-4:])
    answers = doors.midway(details(token), take_over, at=FLOW)
    keys = CheckInFlow.objects.get(booking=booking).tokens.filter(ended_at=None).count()
    return wrong_with(booking, answers) + ([] if keys == 1 else [f"{keys} keys to the flow"])


def the_desk_beside_a_confirm(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    answers = doors.midway(confirm(token), desk(booking, "check-in"), at=FLOW)
    return wrong_with(booking, answers) + is_completed(booking) + [a for a in answers if a]


def a_confirm_beside_the_desk(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    answers = doors.midway(desk(booking, "check-in"), confirm(token), at=FLOW)
    return wrong_with(booking, answers) + is_completed(booking) + [a for a in answers if a]


def a_check_out_beside_a_confirm(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    come, go = desk(booking, "check-in"), desk(booking, "check-out")
    return wrong_with(booking, doors.midway(confirm(token), come, go, at=FLOW))


def a_move_beside_a_confirm(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    other = RoomFactory(hotel=booking.hotel, with_lock=True)
    moved = desk(booking, "move", room_number=other.number)
    return wrong_with(booking, doors.midway(confirm(token), moved, at=FLOW))


def other_hours_beside_details(doors: Doors) -> list[str]:
    booking = arriving()
    opened = start_check_in(StartRequest(booking_reference=booking.booking_reference))
    later = desk(booking, "change-stay", late_check_out_time="15:30")
    answers = doors.midway(details(opened.token), later, at=BOOKING)
    return wrong_with(booking, answers)


def a_confirm_beside_other_dates(doors: Doors) -> list[str]:
    booking = arriving()
    token = checking_in(booking)
    tomorrow = booking.check_in_date + timedelta(days=1)
    changed = desk(booking, "change-stay", check_in_date=tomorrow.isoformat())
    answers = doors.midway(changed, confirm(token), at=BOOKING)
    wrong = wrong_with(booking, answers)
    is_early = booking.checked_in_at is not None and booking.check_in_date == tomorrow
    return [*wrong, "in house before the arrival day"] if is_early else wrong


def an_erasure_beside_a_confirm(doors: Doors) -> list[str]:
    long_ago = timezone.localdate() - timedelta(days=60)
    booking = BookingFactory(with_doors=True, check_in_date=long_ago)
    token = key_to(CheckInFlowFactory(booking=booking, with_parking=True, pin_ready=True))

    def erase(_address: str) -> str:
        anonymise_booking(booking=booking, performed_by="staff:tests")
        return ""

    answers = doors.midway(confirm(token), erase, at=FLOW)
    known = Guest.objects.filter(booking=booking).exclude(full_name="").exists()
    return [code for code in answers if code in BROKEN] + (["known again"] if known else [])


def two_walk_ins_for_one_room(doors: Doors) -> list[str]:
    one = BookingFactory(arriving_today=True, on_file=True)
    other = BookingFactory(arriving_today=True, on_file=True, hotel=one.hotel)
    room = RoomFactory(hotel=one.hotel)
    first, second = (desk(b, "check-in", room_number=room.number) for b in (one, other))
    answers = doors.midway(first, second, at=ROOM)
    in_house = Booking.objects.filter(assigned_room=room, checked_in_at__isnull=False).count()
    wrong = wrong_with(one, answers) + wrong_with(other, [])
    return wrong if in_house == 1 else [*wrong, f"{in_house} parties in the room"]


SCENES: Final[list[Scene]] = [
    a_second_confirm_beside_the_first,
    a_confirm_beside_details_said_again,
    details_said_again_beside_a_confirm,
    an_expiry_beside_a_confirm,
    another_guess_beside_a_guess,
    a_second_device_beside_details,
    the_desk_beside_a_confirm,
    a_confirm_beside_the_desk,
    a_check_out_beside_a_confirm,
    a_move_beside_a_confirm,
    other_hours_beside_details,
    a_confirm_beside_other_dates,
    an_erasure_beside_a_confirm,
]
