"""How the doors to reservations read in the OpenAPI description."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from apps.bookings import errors
from apps.common.api.documentation import sent
from apps.common.api.pagination import PAGE_PARAMETERS
from apps.common.errors import DomainError, Invalid, PreconditionFailed
from apps.common.idempotency import IdempotencyConflict
from apps.locks.errors import NoFreePin
from apps.partners.api.conditions import ETAG, IF_MATCH, IF_NONE_MATCH
from apps.partners.api.documentation import partner_refusals, rate_headers
from apps.partners.api.hotels import HOTEL, HotelNotFound
from apps.partners.api.once import KEY_PARAMETER
from apps.partners.api.serializers import (
    BulkReservationResultsSerializer,
    BulkReservationsSerializer,
    CheckInSerializer,
    NewReservationSerializer,
    ReferredReservationSerializer,
    ReservationFilterSerializer,
    ReservationPageSerializer,
    ReservationSerializer,
)

F = TypeVar("F", bound=Callable[..., Any])

TAGS: Final = ["Partners: reservations"]
REFERENCE: Final = OpenApiParameter(
    name="booking_reference",
    location=OpenApiParameter.PATH,
    description="The reference that you gave it, or that it was given at the desk.",
)
RESERVATION: Final[dict[str, Any]] = {
    "hotel": "hotel-killarney",
    "booking_reference": "LS-20931",
    "booking_id": "BK-2026-7KQ2MXW4ZP",
    "status": "CONFIRMED",
    "guest": {
        "full_name": "Aoife Byrne",
        "email": "aoife@example.com",
        "phone_number": "+353209130001",
    },
    "check_in_date": "2026-06-12",
    "check_out_date": "2026-06-14",
    "early_check_in_time": None,
    "late_check_out_time": "13:00:00",
    "room_number": "101",
    "checked_in_at": None,
    "checked_out_at": None,
    "created_at": "2026-05-02T09:14:03.120431Z",
    "updated_at": "2026-05-02T09:14:03.120418Z",
}
SENT: Final = {
    name: RESERVATION[name]
    for name in ("booking_reference", "guest", "check_in_date", "check_out_date", "room_number")
}
STORING: Final = (
    errors.InvalidDates,
    errors.InvalidName,
    errors.InvalidPhone,
    errors.InvalidEmail,
    errors.RoomNotFound,
    HotelNotFound,
    errors.RoomNotAvailable,
    errors.BookingNotConfirmed,
)
CHANGING: Final = (
    *STORING,
    errors.RoomOccupied,
    errors.RoomNotReady,
    errors.NotCheckedIn,
    errors.CheckOutFailed,
    NoFreePin,
    PreconditionFailed,
)


def _shown(code: str = "200", **changed: Any) -> OpenApiExample:
    return OpenApiExample(
        name="A reservation",
        response_only=True,
        status_codes=[code],
        value={**RESERVATION, **changed},
    )


LIST: Final = extend_schema(
    operation_id="partner_reservations_list",
    tags=TAGS,
    summary="List reservations",
    description=(
        "Those of the key's hotels, the one that changed longest ago first. To stay in step, read "
        "all pages, keep `next_updated_since` and ask with it as `updated_since` next time: what "
        "changes meanwhile, or becomes visible late, is not missed, and some come twice."
    ),
    parameters=[ReservationFilterSerializer, *PAGE_PARAMETERS, *rate_headers(200)],
    responses={200: ReservationPageSerializer, **partner_refusals(Invalid, HotelNotFound)},
    examples=[
        OpenApiExample(
            name="A page",
            response_only=True,
            status_codes=["200"],
            value={
                "results": [RESERVATION],
                "next": None,
                "previous": None,
                "next_updated_since": "2026-05-02T09:15:00.000000Z",
            },
        )
    ],
)
CREATE: Final = extend_schema(
    operation_id="partner_reservation_create",
    tags=TAGS,
    summary="Make a reservation",
    description=(
        "One whose reference the hotel does not have yet; `PUT` makes or changes. Both dates are "
        "needed. Without a room no capacity is checked."
    ),
    parameters=[HOTEL, KEY_PARAMETER, ETAG, *rate_headers(201)],
    request=NewReservationSerializer,
    responses={
        201: ReservationSerializer,
        **partner_refusals(
            *STORING, errors.BookingExists, IdempotencyConflict, PreconditionFailed, has_body=True
        ),
    },
    examples=[
        OpenApiExample(name="Two nights in room 101", request_only=True, value=SENT),
        _shown("201"),
    ],
)
READ: Final = extend_schema(
    operation_id="partner_reservation_retrieve",
    tags=TAGS,
    summary="Read a reservation",
    description="By its reference; one of a hotel that the key is not for is not there.",
    parameters=[REFERENCE, HOTEL, ETAG, *rate_headers(200)],
    responses={
        200: ReservationSerializer,
        **partner_refusals(Invalid, errors.BookingNotFound, HotelNotFound),
    },
    examples=[_shown()],
)
PUT: Final = extend_schema(
    operation_id="partner_reservation_put",
    tags=TAGS,
    summary="Make or change a reservation",
    description=(
        "201 where it was made, 200 where it is there: then what is absent is left as it is, and "
        "null clears. Sending the same again changes nothing. Dates, hours and room flow into the "
        "codes on the locks. `status` COMPLETED checks the guest out; a cancelled one is taken up "
        "again by CONFIRMED."
    ),
    parameters=[REFERENCE, HOTEL, IF_MATCH, IF_NONE_MATCH, ETAG, *rate_headers(200, 201)],
    request=ReferredReservationSerializer,
    responses={
        200: ReservationSerializer,
        201: ReservationSerializer,
        **partner_refusals(*CHANGING, has_body=True),
    },
    examples=[
        OpenApiExample(name="Two nights in room 101", request_only=True, value=SENT),
        _shown(),
        _shown("201"),
    ],
)
PATCH: Final = extend_schema(
    operation_id="partner_reservation_patch",
    tags=TAGS,
    summary="Change a reservation",
    description=(
        "As `PUT`, for one that is there. A guest in house keeps a room: it may be another one, "
        "never none."
    ),
    parameters=[REFERENCE, HOTEL, IF_MATCH, ETAG, *rate_headers(200)],
    request=ReferredReservationSerializer,
    responses={
        200: ReservationSerializer,
        **partner_refusals(*CHANGING, errors.BookingNotFound, has_body=True),
    },
    examples=[
        OpenApiExample(
            name="A day longer, and no late check-out any more",
            request_only=True,
            value={"check_out_date": "2026-06-15", "late_check_out_time": None},
        ),
        _shown(check_out_date="2026-06-15", late_check_out_time=None),
    ],
)
BULK: Final = extend_schema(
    operation_id="partner_reservations_bulk",
    tags=TAGS,
    summary="Make or change many reservations",
    description=(
        "Each as by `PUT`, in the order sent and in a transaction of its own: one that is refused "
        "stops no other. The answer is 200 with a result for each; an item of a hotel that the key "
        "is not for is NOT_FOUND. Sent again it changes nothing, so it needs no `Idempotency-Key`; "
        "with one, the first answer is given again."
    ),
    parameters=[HOTEL, KEY_PARAMETER, *rate_headers(200)],
    request=BulkReservationsSerializer,
    responses={
        200: BulkReservationResultsSerializer,
        **partner_refusals(Invalid, HotelNotFound, IdempotencyConflict, has_body=True),
    },
    examples=[
        OpenApiExample(name="Two", request_only=True, value={"reservations": [SENT, SENT]}),
        OpenApiExample(
            name="One made, one refused",
            response_only=True,
            status_codes=["200"],
            value={
                "results": [
                    {
                        "index": 0,
                        "booking_reference": "LS-20931",
                        "outcome": "CREATED",
                        "code": None,
                        "message": None,
                        "fields": {},
                    },
                    {
                        "index": 1,
                        "booking_reference": "LS-20932",
                        "outcome": "REFUSED",
                        "code": errors.RoomNotAvailable.code,
                        "message": errors.RoomNotAvailable.sentence,
                        "fields": {},
                    },
                ]
            },
        ),
    ],
)


def _action(
    operation_id: str,
    summary: str,
    description: str,
    *kinds: type[DomainError],
    request: Any = None,
    may_send: Sequence[OpenApiExample] = (),
    **changed: Any,
) -> Callable[[F], F]:
    return extend_schema(
        operation_id=operation_id,
        tags=TAGS,
        summary=summary,
        description=f"{description} Done already, it is the same success again.",
        parameters=[REFERENCE, HOTEL, KEY_PARAMETER, IF_MATCH, ETAG, *rate_headers(200)],
        request=request,
        responses={
            200: ReservationSerializer,
            **partner_refusals(
                Invalid,
                errors.BookingNotFound,
                HotelNotFound,
                *kinds,
                IdempotencyConflict,
                PreconditionFailed,
                has_body=True,
            ),
        },
        examples=[*may_send, _shown(**changed)],
    )


CANCEL: Final = _action(
    "partner_reservation_cancel",
    "Cancel a reservation",
    "Its room is free, its codes leave the locks, its check-in ends.",
    errors.BookingNotConfirmed,
    status="CANCELLED",
)
NO_SHOW: Final = _action(
    "partner_reservation_no_show",
    "Note that the guest never came",
    "As a cancellation, with the other reason.",
    errors.BookingNotConfirmed,
    status="NO_SHOW",
)
CHECK_IN: Final = _action(
    "partner_reservation_check_in",
    "Check a guest in",
    "At the desk of the property system: the room is occupied, the codes are asked for.",
    errors.BookingNotConfirmed,
    errors.CheckInNotOpen,
    errors.StayEnded,
    errors.RoomNotFound,
    errors.RoomMissing,
    errors.RoomOccupied,
    errors.RoomNotReady,
    NoFreePin,
    request=CheckInSerializer,
    may_send=[sent("Into the assigned room"), sent("Into another room", room_number="102")],
    checked_in_at="2026-06-12T15:20:11.120000+01:00",
)
CHECK_OUT: Final = _action(
    "partner_reservation_check_out",
    "Check a guest out",
    "The one check-out of all doors: the room is to be cleaned, the codes leave the locks.",
    errors.NotCheckedIn,
    errors.CheckOutFailed,
    status="COMPLETED",
    checked_out_at="2026-06-14T10:42:07.120000+01:00",
)
