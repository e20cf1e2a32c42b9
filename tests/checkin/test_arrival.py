"""The four steps, as guests, second devices and latecomers take them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.bookings.errors import (
    BookingNotConfirmed,
    BookingNotFound,
    CheckInNotOpen,
    InvalidEmail,
    InvalidName,
    InvalidPhone,
    StayEnded,
)
from apps.bookings.models import Booking, Guest, Verification
from apps.bookings.selectors import get_booking_by_stay_token
from apps.bookings.services.access import ISSUES_A_DAY
from apps.bookings.states import BookingStatus, RoomStatus
from apps.bookings.stay_view import view_stay
from apps.bookings.stay_window import stay_window
from apps.checkin import errors
from apps.checkin.models import CheckInFlow, CheckInToken
from apps.checkin.selectors import OpenFlow, find_open_flow
from apps.checkin.services.desk import DeskCheckIn, check_in_at_desk
from apps.checkin.services.starting import OpenStay, StartRequest, flow_lifetime, start_check_in
from apps.checkin.services.steps import (
    DetailsRequest,
    confirm_check_in,
    submit_details,
    submit_parking,
)
from apps.checkin.states import FlowStatus, PinStatus, Step
from apps.common.crypto import token_digest
from apps.common.models import Alert
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState, GrantState
from tests.background import run_due_jobs
from tests.factories.bookings import OTHER_PHONE, PHONE, BookingFactory
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db
WRONG = "0000"


@dataclass(frozen=True)
class Arrival:
    """A guest with one device."""

    booking: Booking

    def start(self, **more: Any) -> OpenFlow:
        opened = start_check_in(
            StartRequest(booking_reference=self.booking.booking_reference, **more)
        )
        assert isinstance(opened, OpenFlow)
        return opened

    def return_to_stay(self, **more: Any) -> OpenStay:
        opened = start_check_in(
            StartRequest(booking_reference=self.booking.booking_reference, **more)
        )
        assert isinstance(opened, OpenStay)
        return opened


def give_details(token: str, **changes: Any) -> OpenFlow:
    request = DetailsRequest(
        token=token, full_name="Séamus Ó Sé", phone_number=OTHER_PHONE, email="s@example.com"
    )
    return submit_details(replace(request, **changes))


def park(token: str) -> OpenFlow:
    return submit_parking(token=token, has_car=False, car_registration=None)


def go_as_far_as_parking(guest: Arrival) -> str:
    token = guest.start().token
    give_details(token)
    park(token)
    return token


def check_in(guest: Arrival) -> OpenStay:
    token = go_as_far_as_parking(guest)
    run_due_jobs()
    return confirm_check_in(token=token)


@pytest.fixture
def guest() -> Arrival:
    """A guest of a house without locks."""
    return Arrival(BookingFactory(arriving_today=True, with_room=True))


@pytest.fixture
def guest_with_doors(lock_cloud: LockCloud) -> Arrival:
    return Arrival(BookingFactory(arriving_today=True, with_doors=True))


def doors_of(guest: Arrival) -> list[Any]:
    return list(guest.booking.hotel.lock_account.locks.order_by("pk"))


# -- finding the booking -------------------------------------------------------------------------


def assert_not_found(**asked: Any) -> None:
    with pytest.raises(BookingNotFound) as refusal:
        start_check_in(StartRequest(**asked))
    assert (refusal.value.message, refusal.value.field) == (
        BookingNotFound.sentence,
        "booking_reference",
    )


@pytest.mark.parametrize("reference", ["0000000000", "", "  ", "\x00", "\ud800", "9" * 5_000])
def test_an_unknown_reference_is_not_found(reference: str) -> None:
    assert_not_found(booking_reference=reference)


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_a_booking_that_will_not_be_reads_like_an_unknown_one(state: str) -> None:
    booking = BookingFactory(arriving_today=True, **{state: True})

    assert_not_found(booking_reference=booking.booking_reference)


@pytest.mark.parametrize("slug", ["another-hotel", "\x00", "\ud800", "x" * 5_000])
def test_a_reference_of_another_hotel_reads_like_an_unknown_one(guest: Arrival, slug: str) -> None:
    assert_not_found(booking_reference=guest.booking.booking_reference, hotel_slug=slug)


def test_a_reference_of_two_hotels_needs_the_hotel() -> None:
    one = BookingFactory(arriving_today=True)
    other = BookingFactory(arriving_today=True, booking_reference=one.booking_reference)

    assert_not_found(booking_reference=one.booking_reference)
    assert Arrival(other).start(hotel_slug=other.hotel.slug).flow.booking == other


def test_a_reference_is_found_with_blanks_around_it(guest: Arrival) -> None:
    reference = f"  {guest.booking.booking_reference} "

    opened = start_check_in(StartRequest(booking_reference=reference))

    assert isinstance(opened, OpenFlow)


def test_a_pending_booking_is_told_to_contact_the_hotel() -> None:
    with pytest.raises(BookingNotConfirmed):
        Arrival(BookingFactory(arriving_today=True, pending=True)).start()


@pytest.mark.parametrize(("days_ahead", "is_open"), [(0, True), (3, True), (4, False)])
def test_check_in_opens_days_before_the_arrival(days_ahead: int, is_open: bool) -> None:
    booking = BookingFactory(arriving_today=True)
    booking.check_in_date += timedelta(days=days_ahead)
    booking.check_out_date += timedelta(days=days_ahead)
    booking.save()

    if is_open:
        assert Arrival(booking).start().flow.step == Step.FOUND
    else:
        with pytest.raises(CheckInNotOpen):
            Arrival(booking).start()
        assert not CheckInFlow.objects.exists()


def test_who_comes_after_midnight_still_checks_in_for_the_day_before(guest: Arrival) -> None:
    zone = guest.booking.hotel.zone
    midnight = datetime.combine(
        guest.booking.check_in_date + timedelta(days=1), time.min, tzinfo=zone
    )

    with time_machine.travel(midnight + timedelta(minutes=30), tick=False):
        stay = check_in(guest)

    assert stay.booking.checked_in_at == midnight + timedelta(minutes=30)


@pytest.mark.parametrize("trait", ["over", "checked_out"])
def test_that_a_stay_has_ended_is_told_only_to_those_who_prove_themselves(trait: str) -> None:
    ended = Arrival(BookingFactory(on_file=True, **{trait: True}))

    with pytest.raises(errors.VerificationRequired):
        ended.start()
    with pytest.raises(errors.VerificationFailed):
        ended.start(verification=WRONG)
    with pytest.raises(StayEnded):
        ended.start(verification=PHONE[-4:])


# -- proving who one is --------------------------------------------------------------------------

NOTHING, NAME, NUMBER = None, "O'Brien", PHONE[-4:]


@pytest.mark.parametrize(
    ("mode", "on_file", "answer", "refusal"),
    [
        (Verification.NONE, True, NOTHING, None),
        (Verification.NONE, False, NOTHING, None),
        (Verification.LAST_NAME, True, NOTHING, errors.VerificationRequired),
        (Verification.LAST_NAME, True, NAME, None),
        (Verification.LAST_NAME, True, "o brien", None),
        (Verification.LAST_NAME, True, "Byrne", errors.VerificationFailed),
        (Verification.LAST_NAME, True, NUMBER, errors.VerificationFailed),
        (Verification.LAST_NAME, False, NOTHING, None),
        (Verification.PHONE, True, NOTHING, errors.VerificationRequired),
        (Verification.PHONE, True, "  ", errors.VerificationRequired),
        (Verification.PHONE, True, NUMBER, None),
        (Verification.PHONE, True, WRONG, errors.VerificationFailed),
        (Verification.PHONE, True, NAME, errors.VerificationFailed),
        (Verification.PHONE, False, NOTHING, None),
        (Verification.AUTO, True, NOTHING, errors.VerificationRequired),
        (Verification.AUTO, True, NUMBER, None),
        (Verification.AUTO, True, WRONG, errors.VerificationFailed),
        (Verification.AUTO, False, NOTHING, None),
    ],
)
def test_a_start_is_asked_for_what_the_hotel_wants(
    mode: Verification, on_file: bool, answer: str | None, refusal: type[Exception] | None
) -> None:
    booking = BookingFactory(arriving_today=True, on_file=on_file, hotel__checkin_verification=mode)
    if refusal is None:
        assert Arrival(booking).start(verification=answer).token
        return
    with pytest.raises(refusal) as refused:
        Arrival(booking).start(verification=answer)
    assert refused.value.field == "verification"  # type: ignore[attr-defined]
    assert not CheckInFlow.objects.exists()


def test_auto_asks_for_the_name_where_there_is_no_phone() -> None:
    booking = BookingFactory(
        arriving_today=True,
        on_file=True,
        contact_phone="",
        hotel__checkin_verification=Verification.AUTO,
    )

    with pytest.raises(errors.VerificationFailed):
        Arrival(booking).start(verification=NUMBER)
    assert Arrival(booking).start(verification=NAME).token


# -- several devices -----------------------------------------------------------------------------


def test_each_start_before_the_details_gives_another_key_to_the_one_flow(guest: Arrival) -> None:
    opened = [guest.start() for _ in range(3)]

    assert len({each.token for each in opened}) == 3
    assert len({each.flow.pk for each in opened}) == 1
    assert all(find_open_flow(each.token) for each in opened)


def test_keys_are_stored_as_digests_alone(guest: Arrival) -> None:
    token = guest.start().token

    assert CheckInToken.objects.get().digest == token_digest(token)


def test_the_first_accepted_details_end_the_other_keys(guest: Arrival) -> None:
    first, second, third = (guest.start().token for _ in range(3))
    with pytest.raises(InvalidName):
        give_details(first, full_name="12345")

    give_details(second)

    for taken_over in (first, third):
        assert find_open_flow(taken_over) is None
        with pytest.raises(errors.FlowNotFound):
            give_details(taken_over)
    assert find_open_flow(second)


def test_a_second_device_needs_proof_and_changes_nothing_before_it(guest: Arrival) -> None:
    first = guest.start().token
    give_details(first)

    for answer, refusal in [
        (None, errors.VerificationRequired),
        (WRONG, errors.VerificationFailed),
    ]:
        with pytest.raises(refusal):
            guest.start(verification=answer)
        assert find_open_flow(first)


@pytest.mark.parametrize("phone", [OTHER_PHONE, PHONE])
def test_the_flows_phone_or_the_one_on_file_opens_it_on_a_second_device(phone: str) -> None:
    guest = Arrival(BookingFactory(arriving_today=True, with_room=True, on_file=True))
    first = guest.start().token
    flow = give_details(first).flow

    second = guest.start(verification=phone[-4:])

    assert second.flow.pk == flow.pk
    assert find_open_flow(first) is None
    assert park(second.token).flow.step == Step.PARKING


def test_the_phone_on_file_is_never_overwritten_by_a_flow() -> None:
    guest = Arrival(BookingFactory(arriving_today=True, with_room=True, on_file=True))
    check_in(guest)

    assert Booking.objects.get().contact_phone == PHONE


# -- the steps -----------------------------------------------------------------------------------


def test_the_details_ask_for_the_pin_and_answer_at_once(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    flow = give_details(guest_with_doors.start().token).flow

    assert (flow.step, flow.pin_status) == (Step.DETAILS, PinStatus.GENERATING)
    assert lock_cloud.calls("keyboardPwd/add") == 0
    assert AccessCode.objects.count() == 2


def test_the_flow_learns_that_the_pin_is_ready(guest_with_doors: Arrival) -> None:
    token = guest_with_doors.start().token
    give_details(token)
    run_due_jobs()

    flow = CheckInFlow.objects.get()
    assert flow.pin_status == PinStatus.READY
    assert flow.pin_asked_at is not None
    assert flow.pin_ready_at is not None
    assert flow.pin_asked_at <= flow.pin_ready_at


def test_refused_details_leave_the_flow_alone(guest_with_doors: Arrival) -> None:
    token = guest_with_doors.start().token
    for wrong in (
        {"full_name": "1"},
        {"phone_number": "1"},
        {"email": "x"},
        {"phone_region": "XX"},
    ):
        with pytest.raises((InvalidName, InvalidPhone, InvalidEmail)):
            give_details(token, **wrong)

    flow = CheckInFlow.objects.get()
    assert (flow.step, flow.full_name, flow.pin_status) == (Step.FOUND, "", PinStatus.NOT_STARTED)
    assert not AccessGrant.objects.exists()


def test_details_again_change_the_person_and_keep_the_pin(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    token = guest_with_doors.start().token
    give_details(token)
    run_due_jobs()
    pin = AccessGrant.objects.get().pin

    flow = give_details(token, full_name="Máire Ní Bhriain", phone_number=PHONE).flow
    run_due_jobs()

    assert (flow.full_name, flow.phone_number) == ("Máire Ní Bhriain", PHONE)
    assert CheckInFlow.objects.get().pin_status == PinStatus.READY
    assert AccessGrant.objects.get().pin == pin
    assert [lock_cloud.codes_on(lock) for lock in doors_of(guest_with_doors)] == [[pin]] * 2
    assert lock_cloud.calls("keyboardPwd/add") == 2


def test_going_back_never_loses_a_later_step(guest: Arrival) -> None:
    token = go_as_far_as_parking(guest)

    assert give_details(token).flow.step == Step.PARKING


def test_no_pin_holds_the_guests_own_numbers(guest_with_doors: Arrival) -> None:
    give_details(guest_with_doors.start().token)

    pin = AccessGrant.objects.get().pin
    assert pin not in OTHER_PHONE
    assert pin not in guest_with_doors.booking.booking_reference


@pytest.mark.parametrize("step", [park, lambda token: confirm_check_in(token=token)])
def test_steps_cant_be_skipped(guest: Arrival, step: Callable[[str], object]) -> None:
    token = guest.start().token

    with pytest.raises(errors.StepOutOfOrder):
        step(token)


def test_confirming_needs_the_parking_step(guest: Arrival) -> None:
    token = guest.start().token
    give_details(token)

    with pytest.raises(errors.StepOutOfOrder):
        confirm_check_in(token=token)


def test_a_guest_without_a_car_has_no_registration(guest: Arrival) -> None:
    token = guest.start().token
    give_details(token)
    submit_parking(token=token, has_car=True, car_registration="191 d 1")

    flow = submit_parking(token=token, has_car=False, car_registration="191 d 1").flow

    assert (flow.has_car, flow.car_registration) == (False, "")


@pytest.mark.parametrize("step", [give_details, park, lambda token: confirm_check_in(token=token)])
@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800"])
def test_an_unknown_key_opens_nothing(step: Callable[[str], object], token: str) -> None:
    with pytest.raises(errors.FlowNotFound):
        step(token)


def test_a_booking_that_is_cancelled_meanwhile_goes_no_further(guest: Arrival) -> None:
    token = go_as_far_as_parking(guest)
    Booking.objects.update(status=BookingStatus.CANCELLED)

    for step in (give_details, park, lambda token: confirm_check_in(token=token)):
        with pytest.raises(errors.FlowExpired):
            step(token)
    assert not Guest.objects.exists()


# -- confirming ----------------------------------------------------------------------------------


def test_a_confirmed_guest_is_in_house_with_the_pin(guest_with_doors: Arrival) -> None:
    stay = check_in(guest_with_doors)

    booking = Booking.objects.get()
    assert booking.checked_in_at is not None
    assert booking.assigned_room is not None
    assert booking.assigned_room.status == RoomStatus.OCCUPIED
    assert Guest.objects.get().full_name == "Séamus Ó Sé"
    assert view_stay(stay.booking).pin == AccessGrant.objects.get().pin
    assert get_booking_by_stay_token(stay.token) == booking


def test_before_the_arrival_day_the_stay_is_complete_and_the_arrival_follows() -> None:
    early = Arrival(BookingFactory(with_room=True))

    check_in(early)

    assert CheckInFlow.objects.get().status == FlowStatus.COMPLETED
    assert Booking.objects.get().checked_in_at is None


def test_confirming_waits_for_the_pin(guest_with_doors: Arrival) -> None:
    token = go_as_far_as_parking(guest_with_doors)

    with pytest.raises(errors.PinPending):
        confirm_check_in(token=token)
    assert not Guest.objects.exists()

    run_due_jobs()
    assert confirm_check_in(token=token).token


def test_a_pin_that_failed_is_told_with_the_hotels_contact(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    lock_cloud.faults(error_codes={"keyboardPwd/add": {"errcode": -2025}})
    token = go_as_far_as_parking(guest_with_doors)
    run_due_jobs()

    with pytest.raises(errors.PinFailed) as refusal:
        confirm_check_in(token=token)

    hotel = guest_with_doors.booking.hotel
    assert refusal.value.booking_reference == guest_with_doors.booking.booking_reference
    assert (refusal.value.contact.phone, refusal.value.contact.email) == (hotel.phone, hotel.email)
    assert refusal.value.contact.whatsapp_url == "https://wa.me/442079460200"


def test_details_again_after_a_failure_are_a_new_attempt(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    lock_cloud.faults(error_codes={"keyboardPwd/add": {"errcode": -2025}})
    token = go_as_far_as_parking(guest_with_doors)
    run_due_jobs()
    lock_cloud.all_well()

    assert give_details(token).flow.pin_status == PinStatus.GENERATING
    run_due_jobs()

    assert confirm_check_in(token=token).token


def test_a_keypad_without_a_free_pin_is_a_failure_not_an_error(guest_with_doors: Arrival) -> None:
    guest_with_doors.booking.hotel.lock_account.locks.update(keypad_digits="01")
    token = go_as_far_as_parking(guest_with_doors)

    with pytest.raises(errors.PinFailed):
        confirm_check_in(token=token)


def test_a_booking_is_given_five_pins_a_day_then_staff_are_told_and_take_over(
    guest_with_doors: Arrival,
) -> None:
    booking = guest_with_doors.booking
    for _ in range(ISSUES_A_DAY):
        token = guest_with_doors.start().token
        assert give_details(token).flow.pin_status == PinStatus.GENERATING
        expire_now()
    assert AccessGrant.objects.filter(holder=booking.lock_holder).count() == ISSUES_A_DAY

    once_more = give_details(guest_with_doors.start().token)
    assert once_more.flow.pin_status == PinStatus.FAILED
    assert Alert.objects.get(kind="pin_issues_spent").subject == booking.booking_id

    taken = check_in_at_desk(DeskCheckIn(booking=booking, performed_by="staff:mary"))
    assert taken.checked_in_at is not None
    assert AccessGrant.objects.exclude(state=GrantState.ENDED).count() == 1


def test_the_fifth_pin_is_kept_though_the_guest_goes_back(guest_with_doors: Arrival) -> None:
    for _ in range(ISSUES_A_DAY):
        expire_now()
        token = guest_with_doors.start().token
        give_details(token)

    assert give_details(token, full_name="Another Name").flow.pin_status == PinStatus.GENERATING


def expire_now() -> None:
    past = timezone.now() - timedelta(seconds=1)
    CheckInFlow.objects.filter(status=FlowStatus.IN_PROGRESS).update(expires_at=past, due_at=past)
    run_due_jobs()


def test_a_booking_without_a_room_is_a_matter_for_the_desk() -> None:
    token = go_as_far_as_parking(Arrival(BookingFactory(arriving_today=True)))

    with pytest.raises(errors.PinFailed):
        confirm_check_in(token=token)


def test_a_completed_flow_answers_the_stay_for_thirty_minutes(guest: Arrival) -> None:
    token = go_as_far_as_parking(guest)
    first = confirm_check_in(token=token)
    done_at = CheckInFlow.objects.get().completed_at
    assert done_at is not None

    with time_machine.travel(done_at + timedelta(minutes=29, seconds=59), tick=False):
        again = confirm_check_in(token=token)
    with (
        time_machine.travel(done_at + timedelta(minutes=30), tick=False),
        pytest.raises(errors.FlowNotFound),
    ):
        confirm_check_in(token=token)

    assert again.booking == first.booking
    assert again.token != first.token
    assert Guest.objects.count() == 1


def test_a_guest_who_has_checked_in_gets_the_stay_after_proof(guest: Arrival) -> None:
    check_in(guest)

    with pytest.raises(errors.VerificationRequired):
        guest.return_to_stay()
    with pytest.raises(errors.VerificationFailed):
        guest.return_to_stay(verification=WRONG)

    stay = guest.return_to_stay(verification=OTHER_PHONE[-4:])
    assert get_booking_by_stay_token(stay.token) == guest.booking
    assert CheckInFlow.objects.count() == 1


def test_a_stay_without_any_phone_opens_for_nobody_at_the_front() -> None:
    desk_guest = Arrival(BookingFactory(in_house=True))

    with pytest.raises(errors.VerificationFailed):
        desk_guest.return_to_stay(verification="1234")


# -- time ----------------------------------------------------------------------------------------


def test_each_step_gives_the_flow_its_full_time_again(guest: Arrival) -> None:
    token = guest.start().token
    later = timezone.now() + flow_lifetime() - timedelta(minutes=1)

    with time_machine.travel(later, tick=False):
        assert give_details(token).flow.expires_at == later + flow_lifetime()


@pytest.mark.parametrize("step", [give_details, park, lambda token: confirm_check_in(token=token)])
def test_a_flow_past_its_time_is_refused_at_once(step: Callable[[str], object]) -> None:
    flow = CheckInFlowFactory(with_parking=True, pin_ready=True, overdue=True)

    with pytest.raises(errors.FlowExpired):
        step(key_to(flow))


def test_an_expired_flow_takes_its_codes_off_the_locks(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    token = guest_with_doors.start().token
    give_details(token)
    run_due_jobs()

    with time_machine.travel(timezone.now() + flow_lifetime(), tick=True):
        run_due_jobs()
        assert find_open_flow(token) is not None

    assert CheckInFlow.objects.get().status == FlowStatus.EXPIRED
    assert [lock_cloud.codes_on(lock) for lock in doors_of(guest_with_doors)] == [[], []]


def test_a_flow_that_was_prolonged_is_not_expired(guest: Arrival) -> None:
    token = guest.start().token
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=True):
        give_details(token)
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=True):
        run_due_jobs()

    assert CheckInFlow.objects.get().status == FlowStatus.IN_PROGRESS


def test_a_completed_flow_never_expires(guest_with_doors: Arrival, lock_cloud: LockCloud) -> None:
    check_in(guest_with_doors)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=True):
        run_due_jobs()

    assert CheckInFlow.objects.get().status == FlowStatus.COMPLETED
    assert all(lock_cloud.codes_on(lock) for lock in doors_of(guest_with_doors))


def test_a_guest_whom_the_desk_took_in_keeps_the_codes(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    give_details(guest_with_doors.start().token)
    run_due_jobs()
    Booking.objects.update(checked_in_at=timezone.now())
    with time_machine.travel(timezone.now() + flow_lifetime(), tick=True):
        run_due_jobs()

    assert CheckInFlow.objects.get().status == FlowStatus.EXPIRED
    assert all(lock_cloud.codes_on(lock) for lock in doors_of(guest_with_doors))


def test_starting_again_after_the_end_works(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    give_details(guest_with_doors.start().token)
    run_due_jobs()
    with time_machine.travel(timezone.now() + flow_lifetime(), tick=True):
        run_due_jobs()
        stay = check_in(guest_with_doors)

        pin = view_stay(stay.booking).pin
        assert [lock_cloud.codes_on(lock) for lock in doors_of(guest_with_doors)] == [[pin]] * 2
    assert CheckInFlow.objects.filter(status=FlowStatus.COMPLETED).count() == 1


def test_a_guest_who_is_back_before_the_worker_gets_another_pin_and_the_old_one_goes(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    first = guest_with_doors.start().token
    give_details(first)
    run_due_jobs()
    pin = AccessGrant.objects.get().pin
    with time_machine.travel(timezone.now() + flow_lifetime(), tick=True):
        second = guest_with_doors.start().token
        give_details(second)
        run_due_jobs()
        flow = CheckInFlow.objects.get(status=FlowStatus.IN_PROGRESS)

        assert flow.pin_status == PinStatus.READY
        grant = AccessGrant.objects.exclude(state=GrantState.ENDED).get()
        assert grant.pin != pin
        assert [lock_cloud.codes_on(lock) for lock in grant.locks.all()] == [[grant.pin]] * 2
        with pytest.raises(errors.FlowExpired):
            park(first)


def test_a_refused_return_leaves_the_overdue_flow_to_the_worker(
    guest_with_doors: Arrival, lock_cloud: LockCloud
) -> None:
    """The refusal takes back what was written before it; the codes must not be forgotten so."""
    give_details(guest_with_doors.start().token)
    run_due_jobs()
    over = stay_window(guest_with_doors.booking).ends_at
    with time_machine.travel(over, tick=True):
        with pytest.raises(errors.VerificationRequired):
            guest_with_doors.start()
        run_due_jobs()

    assert CheckInFlow.objects.get().status == FlowStatus.EXPIRED
    assert not AccessCode.objects.exclude(state=CodeState.REMOVED).exists()


def test_a_restart_that_gets_no_further_takes_the_old_codes_off_in_the_end(
    guest_with_doors: Arrival,
) -> None:
    give_details(guest_with_doors.start().token)
    run_due_jobs()
    with time_machine.travel(timezone.now() + flow_lifetime(), tick=True):
        guest_with_doors.start()
        run_due_jobs()
        with time_machine.travel(timezone.now() + flow_lifetime(), tick=True):
            run_due_jobs()

    assert not AccessCode.objects.exclude(state=CodeState.REMOVED).exists()


# -- reading -------------------------------------------------------------------------------------


def test_a_flow_reads_for_a_day_after_its_end() -> None:
    flow = CheckInFlowFactory(expired=True)
    token = key_to(flow)

    assert find_open_flow(token)
    with time_machine.travel(flow.updated_at + timedelta(days=1), tick=False):
        assert find_open_flow(token) is None
