"""The four steps of a self check-in."""

from __future__ import annotations

from typing import Any, cast

import strawberry
import strawberry_django

from apps.checkin.device_types import device_type_of
from apps.checkin.selectors import OpenFlow
from apps.checkin.services import starting, steps
from apps.common.errors import Conflict, Forbidden, Invalid, NotFound, Pending, RateLimited
from graphql_schema.bookings.types import Stay
from graphql_schema.callers import address_of, user_agent_of
from graphql_schema.checkin.enums import DeviceType
from graphql_schema.checkin.types import (
    CheckInFlow,
    CheckInFlowResult,
    ConfirmCheckInInput,
    ConfirmCheckInResult,
    StartCheckInInput,
    StartCheckInResult,
    SubmitGuestDetailsInput,
    SubmitParkingInput,
)
from graphql_schema.problems import problems_as_results


@strawberry.type
class CheckInMutation:
    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Find a booking by its reference and open its check-in, or the stay.",
    )
    @problems_as_results(NotFound, Forbidden, Conflict, RateLimited)
    def start_check_in(
        self, info: strawberry.Info[Any, None], input: StartCheckInInput
    ) -> StartCheckInResult:
        opened = starting.start_check_in(
            starting.StartRequest(
                booking_reference=input.booking_reference,
                hotel_slug=input.hotel_slug,
                device_type=DeviceType(input.device_type or device_type_of(user_agent_of(info))),
                verification=input.verification,
                client_address=address_of(info),
            )
        )
        if isinstance(opened, OpenFlow):
            return CheckInFlow.of(opened)
        return _stay(info, opened)

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Say who stays. The PIN begins to be set; saying it again keeps the PIN.",
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def submit_guest_details(self, input: SubmitGuestDetailsInput) -> CheckInFlowResult:
        request = steps.DetailsRequest(
            token=input.token,
            full_name=input.full_name,
            phone_number=input.phone_number,
            phone_region=input.phone_region,
            email=input.email,
        )
        return CheckInFlow.of(steps.submit_details(request))

    @strawberry_django.mutation(
        handle_django_errors=False, description="Say whether there is a car, and which."
    )
    @problems_as_results(NotFound, Invalid, Conflict, RateLimited)
    def submit_parking(self, input: SubmitParkingInput) -> CheckInFlowResult:
        opened = steps.submit_parking(
            token=input.token, has_car=input.has_car, car_registration=input.car_registration
        )
        return CheckInFlow.of(opened)

    @strawberry_django.mutation(
        handle_django_errors=False,
        description="Complete the check-in: the stay with its PIN, or why not yet.",
    )
    @problems_as_results(NotFound, Conflict, Pending)
    def confirm_check_in(
        self, info: strawberry.Info[Any, None], input: ConfirmCheckInInput
    ) -> ConfirmCheckInResult:
        opened = steps.confirm_check_in(token=input.token)
        return cast(ConfirmCheckInResult, _stay(info, opened))


def _stay(info: strawberry.Info[Any, None], opened: starting.OpenStay) -> Stay:
    return Stay.shown(info, opened.booking, opened.token)
