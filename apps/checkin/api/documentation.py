"""How the check-in doors read in the OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema

from apps.bookings.api.examples import HOTEL
from apps.bookings.errors import (
    BookingNotConfirmed,
    BookingNotFound,
    CheckInNotOpen,
    InvalidCarRegistration,
    InvalidEmail,
    InvalidName,
    InvalidPhone,
    StayEnded,
)
from apps.checkin import errors
from apps.checkin.api.serializers import (
    CheckInFlowEnvelopeSerializer,
    GuestDetailsSerializer,
    ParkingSerializer,
    PinProgressSerializer,
    StartCheckInSerializer,
)
from apps.common.api.documentation import EXAMPLE_TOKEN, refusals, retry_after, sent, shown
from apps.common.errors import RateLimited
from apps.concierge.api.examples import STAY
from apps.concierge.api.serializers import StayEnvelopeSerializer

TAGS: Final = ["Self check-in"]


def flow_example(name: str, *, code: int = 200, **changed: Any) -> OpenApiExample:
    """Return an example of a flow just found, with what is ``changed``."""
    flow: dict[str, Any] = {
        "token": EXAMPLE_TOKEN,
        "step": 1,
        "status": "IN_PROGRESS",
        "pin_status": "NOT_STARTED",
        "booking_reference": "5735300001",
        "full_name": None,
        "phone_number": None,
        "email": None,
        "has_car": None,
        "car_registration": None,
        "expires_at": "2026-06-12T10:32:00+01:00",
        "failure": None,
        "contact": {
            "phone": "+44 20 7946 0100",
            "email": "desk@example.com",
            "whatsapp_url": "https://wa.me/442079460200",
        },
        "hotel": HOTEL,
        "room": None,
        "check_in_date": "2026-06-12",
        "check_out_date": "2026-06-14",
    }
    return shown(name, {"flow": flow | changed}, status=code)


_PERSON: Final[dict[str, Any]] = {
    "full_name": "Mary O'Brien",
    "phone_number": "+442079460123",
    "email": "mary@example.com",
}

START: Final = extend_schema(
    operation_id="checkin_start",
    tags=TAGS,
    summary="Find the booking",
    description=(
        "Opens the check-in of a confirmed booking (201), or the stay of a guest who has checked "
        "in already (200). The flow's `token` is the key to the steps that follow. Hotels can ask "
        "who is there: VERIFICATION_REQUIRED says for what."
    ),
    parameters=[retry_after(429)],
    request=StartCheckInSerializer,
    responses={
        200: StayEnvelopeSerializer,
        201: CheckInFlowEnvelopeSerializer,
        **refusals(
            BookingNotFound,
            BookingNotConfirmed,
            CheckInNotOpen,
            StayEnded,
            errors.VerificationRequired,
            errors.VerificationFailed,
            RateLimited,
            has_body=True,
        ),
    },
    examples=[
        sent("By reference", booking_reference="5735300001", device_type="MOBILE"),
        sent("With verification", booking_reference="5735300001", verification="0123"),
        flow_example("Found", code=201),
        STAY,
    ],
)

READ: Final = extend_schema(
    operation_id="checkin_retrieve",
    tags=TAGS,
    summary="Read the check-in",
    description=(
        "The flow as it stands. A flow that has ended reads EXPIRED, CANCELLED or COMPLETED for a "
        "day. A key that another device has taken over is unknown."
    ),
    responses={200: CheckInFlowEnvelopeSerializer, **refusals(errors.FlowNotFound)},
    examples=[flow_example("The PIN is on its way", step=2, pin_status="GENERATING", **_PERSON)],
)

DETAILS: Final = extend_schema(
    operation_id="checkin_details",
    tags=TAGS,
    summary="Say who stays",
    description=(
        "Stores name and phone, and starts the PIN in the background; the answer does not wait for "
        "it. Saying it again changes the details and keeps the PIN."
    ),
    request=GuestDetailsSerializer,
    responses={
        200: CheckInFlowEnvelopeSerializer,
        **refusals(
            errors.FlowNotFound,
            errors.FlowExpired,
            InvalidName,
            InvalidPhone,
            InvalidEmail,
            has_body=True,
        ),
    },
    examples=[
        sent("A guest", **_PERSON),
        flow_example("The PIN is on its way", step=2, pin_status="GENERATING", **_PERSON),
    ],
)

PARKING: Final = extend_schema(
    operation_id="checkin_parking",
    tags=TAGS,
    summary="Say whether there is a car",
    description="Stores the car, with its registration in capitals; without a car, none.",
    request=ParkingSerializer,
    responses={
        200: CheckInFlowEnvelopeSerializer,
        **refusals(
            errors.FlowNotFound,
            errors.FlowExpired,
            errors.StepOutOfOrder,
            InvalidCarRegistration,
            has_body=True,
        ),
    },
    examples=[
        sent("By car", has_car=True, car_registration="191-ky-4711"),
        sent("On foot", has_car=False),
        flow_example(
            "By car",
            step=3,
            pin_status="READY",
            has_car=True,
            car_registration="191-KY-4711",
            **_PERSON,
        ),
    ],
)

CONFIRM: Final = extend_schema(
    operation_id="checkin_confirm",
    tags=TAGS,
    summary="Complete the check-in",
    description=(
        "Answers the stay with its PIN (200), PIN_PENDING with a Retry-After header while the PIN "
        "is being set (202), or PIN_FAILED with the hotel's contact in `fields` (409). Confirming "
        "again within 30 minutes answers the same stay. There is no body to send."
    ),
    parameters=[retry_after(202)],
    request=None,
    responses={
        200: StayEnvelopeSerializer,
        **refusals(
            errors.FlowNotFound,
            errors.FlowExpired,
            errors.StepOutOfOrder,
            errors.PinPending,
            errors.PinFailed,
        ),
    },
    examples=[STAY],
)

PIN_STATUS: Final = extend_schema(
    operation_id="checkin_pin_status",
    tags=TAGS,
    summary="Ask whether the PIN is ready",
    description="For pages that poll. Once `ready` or `failed` is true, waiting is over.",
    responses={200: PinProgressSerializer, **refusals(errors.FlowNotFound)},
    examples=[
        shown("Almost ready", {"ready": False, "failed": False, "error": None}),
        shown("Failed", {"ready": False, "failed": True, "error": errors.PinFailed.sentence}),
    ],
)
