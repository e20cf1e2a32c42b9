"""What the desk does with check-ins and codes, and what guests do with their stay."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import strawberry
import strawberry_django

from apps.bookings.selectors import get_hotel_booking, get_hotel_room
from apps.bookings.services.desk_codes import reissue_at_desk, resend_stay_link
from apps.bookings.services.guest_stay import report_code_problem, update_car_registration
from apps.checkin.services.desk import DeskCheckIn, DeskGuest, check_in_at_desk
from apps.common.errors import Conflict, Invalid, NotFound, Unavailable
from apps.staff.roles import Permission
from graphql_schema.bookings.desk_types import (
    Booking,
    BookingInput,
    CheckInBookingInput,
    CheckInBookingResult,
    ReportCodeProblemInput,
    ReportCodeProblemResult,
    StayResult,
    UpdateCarRegistrationInput,
)
from graphql_schema.bookings.types import Stay
from graphql_schema.permissions import hotel_for, staff_of
from graphql_schema.problems import problems_as_results

Info = strawberry.Info[Any, None]


@strawberry.type
class DeskMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Check a guest in at the desk; finishes a half-done online check-in too.",
    )
    @problems_as_results(NotFound, Invalid, Conflict, Unavailable)
    def check_in_booking(self, info: Info, input: CheckInBookingInput) -> CheckInBookingResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        number = input.room_number
        request = DeskCheckIn(
            booking=get_hotel_booking(hotel, input.booking_id),
            performed_by=staff_of(info).actor,
            room=get_hotel_room(hotel, number) if number is not None else None,
            guest=DeskGuest(**asdict(input.guest)) if input.guest else None,
        )
        return Booking.of(check_in_at_desk(request))

    @strawberry_django.mutation(
        handle_django_errors=False, description="Give a stay another PIN; the old one goes."
    )
    @problems_as_results(NotFound, Conflict, Unavailable)
    def reissue_codes(self, info: Info, input: BookingInput) -> CheckInBookingResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        booking = get_hotel_booking(hotel, input.booking_id)
        return Booking.of(reissue_at_desk(booking=booking, performed_by=staff_of(info).actor))

    @strawberry_django.mutation(
        handle_django_errors=False, description="Send the guest the link to their stay again."
    )
    @problems_as_results(NotFound, Conflict)
    def resend_stay_link(self, info: Info, input: BookingInput) -> CheckInBookingResult:
        hotel = hotel_for(info, input.hotel_slug, Permission.MANAGE_STAYS)
        booking = get_hotel_booking(hotel, input.booking_id)
        return Booking.of(resend_stay_link(booking=booking, performed_by=staff_of(info).actor))


@strawberry.type
class GuestStayMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="My code does not work: another one is given, and staff are told.",
    )
    @problems_as_results(NotFound, Conflict, Unavailable)
    def report_code_problem(
        self, info: Info, input: ReportCodeProblemInput
    ) -> ReportCodeProblemResult:
        booking = report_code_problem(token=input.stay_token, lock_name=input.lock_name)
        return Stay.shown(info, booking, input.stay_token)

    @strawberry_django.mutation(
        handle_django_errors=False, description="Tell the hotel of another car, or of none."
    )
    @problems_as_results(NotFound, Invalid, Conflict)
    def update_car_registration(self, info: Info, input: UpdateCarRegistrationInput) -> StayResult:
        booking = update_car_registration(
            token=input.stay_token, car_registration=input.car_registration
        )
        return cast(StayResult, Stay.shown(info, booking, input.stay_token))
