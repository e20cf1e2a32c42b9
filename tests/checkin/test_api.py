"""The check-in doors: statuses, envelopes, headers. The rules are held in the services' tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, build_schema
from rest_framework.response import Response
from rest_framework.test import APIClient
from strawberry.printer import print_schema
from strawberry.utils.str_converters import to_camel_case

from apps.bookings.models import Verification
from apps.checkin.api.serializers import (
    GuestDetailsSerializer,
    ParkingSerializer,
    StartCheckInSerializer,
)
from apps.checkin.device_types import device_type_of
from apps.checkin.models import CheckInFlow, CheckInToken
from apps.checkin.states import DeviceType, PinStatus
from graphql_schema.schema import schema
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.factories.locks import AccessGrantFactory

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1 Mobile/15E148"
DETAILS = {"full_name": "Mary O'Brien", "phone_number": "+442079460123"}


@pytest.fixture
def client() -> APIClient:
    return APIClient()


def start(client: APIClient, **body: Any) -> Response:
    return client.post("/api/checkin/start/", body, format="json")


def error_of(response: Response) -> dict[str, Any]:
    """The one key of every error body, opened."""
    body = response.json()
    assert list(body) == ["error"]
    assert set(body["error"]) <= {"code", "message", "fields"}
    assert body["error"]["message"]
    return dict(body["error"])


# -- the four steps ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_guest_goes_from_the_reference_to_the_stay(client: APIClient) -> None:
    booking = BookingFactory(arriving_today=True, with_room=True)  # a house without locks

    found = start(client, booking_reference=booking.booking_reference)
    assert found.status_code == 201
    flow = found.json()["flow"]
    path = f"/api/checkin/{flow['token']}"
    assert (flow["step"], flow["status"], flow["room"]) == (1, "IN_PROGRESS", None)

    detailed = client.post(f"{path}/details/", DETAILS, format="json")
    assert detailed.status_code == 200
    assert detailed.json()["flow"]["full_name"] == "Mary O'Brien"
    parked = client.post(
        f"{path}/parking/", {"has_car": True, "car_registration": "191-ky-4711"}, format="json"
    )
    assert parked.json()["flow"]["car_registration"] == "191-KY-4711"
    confirmed = client.post(f"{path}/confirm/")
    assert confirmed.status_code == 200
    assert confirmed.json()["stay"]["room"] == {"number": booking.assigned_room.number}
    assert client.get(f"{path}/").json()["flow"]["status"] == "COMPLETED"


@pytest.mark.django_db
def test_a_guest_who_has_checked_in_gets_the_stay_with_200(client: APIClient) -> None:
    booking = BookingFactory(in_house=True, on_file=True)

    response = start(client, booking_reference=booking.booking_reference, verification="0123")

    assert response.status_code == 200
    assert list(response.json()) == ["stay"]


@pytest.mark.django_db
def test_a_flow_shows_its_times_with_the_hotel_s_offset(client: APIClient) -> None:
    hotel = HotelFactory(timezone="Asia/Kathmandu")
    flow = CheckInFlowFactory(booking__hotel=hotel)

    shown = client.get(f"/api/checkin/{key_to(flow)}/").json()["flow"]

    assert shown["expires_at"].endswith("+05:45")


@pytest.mark.django_db
def test_reading_a_flow_costs_a_constant_number_of_queries(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    token = key_to(CheckInFlowFactory(with_details=True))

    with django_assert_num_queries(1):
        client.get(f"/api/checkin/{token}/")


@pytest.mark.django_db
def test_a_flow_that_has_ended_shows_no_person(client: APIClient) -> None:
    flow = CheckInFlowFactory(completed=True)

    shown = client.get(f"/api/checkin/{key_to(flow)}/").json()["flow"]

    assert shown["status"] == "COMPLETED"
    assert (shown["full_name"], shown["phone_number"], shown["email"]) == (None, None, None)


# -- what confirming can answer ------------------------------------------------------------------


@pytest.mark.django_db
def test_confirming_too_early_is_accepted_with_the_time_to_ask_again(client: APIClient) -> None:
    token = key_to(CheckInFlowFactory(with_parking=True))

    response = client.post(f"/api/checkin/{token}/confirm/")

    assert response.status_code == 202
    assert error_of(response)["code"] == "PIN_PENDING"
    assert response["Retry-After"] == "1"


@pytest.mark.django_db
def test_a_failed_pin_comes_with_the_hotel_s_contact(client: APIClient) -> None:
    flow = CheckInFlowFactory(with_parking=True, pin_failed=True)

    response = client.post(f"/api/checkin/{key_to(flow)}/confirm/")

    assert response.status_code == 409
    error = error_of(response)
    assert error["code"] == "PIN_FAILED"
    assert error["fields"] == {
        "contact": {
            "phone": "+44 20 7946 0100",
            "email": "desk@example.com",
            "whatsapp_url": "https://wa.me/442079460200",
        },
        "booking_reference": flow.booking.booking_reference,
    }


# -- polling -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("traits", "ready", "failed"),
    [
        ({}, False, False),
        ({"with_details": True}, False, False),
        ({"with_details": True, "pin_ready": True}, True, False),
        ({"with_details": True, "pin_failed": True}, False, True),
        ({"completed": True}, True, False),
        ({"with_details": True, "pin_ready": True, "overdue": True}, False, True),
        ({"cancelled": True}, False, True),
    ],
)
def test_pin_status_says_whether_waiting_is_over(
    client: APIClient, traits: dict[str, bool], ready: bool, failed: bool
) -> None:
    token = key_to(CheckInFlowFactory(**traits))

    body = client.get(f"/api/checkin/{token}/pin-status/").json()

    assert body == {"ready": ready, "failed": failed, "error": body["error"]}
    assert (body["error"] is not None) == failed


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "step"),
    [
        ("get", ""),
        ("get", "pin-status/"),
        ("post", "details/"),
        ("post", "parking/"),
        ("post", "confirm/"),
    ],
)
@pytest.mark.parametrize("token", ["unknown", "%00", "%ff", "x" * 3000])
def test_a_key_that_opens_nothing_is_not_found(
    client: APIClient, method: str, step: str, token: str
) -> None:
    body = {**DETAILS, "has_car": False}

    response = client.generic(
        method.upper(), f"/api/checkin/{token}/{step}", json.dumps(body), "application/json"
    )

    assert response.status_code == 404
    assert error_of(response)["code"] == "FLOW_NOT_FOUND"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"booking_reference": "NO-SUCH"}, 404, "BOOKING_NOT_FOUND"),
        ({"booking_reference": "\0"}, 404, "BOOKING_NOT_FOUND"),
        ({"booking_reference": ""}, 404, "BOOKING_NOT_FOUND"),
        ({"booking_reference": "x" * 9_999}, 404, "BOOKING_NOT_FOUND"),
        ({"booking_reference": "NO-SUCH", "hotel_slug": "\0"}, 404, "BOOKING_NOT_FOUND"),
        ({"booking_reference": "x" * 10_001}, 400, "VALIDATION_ERROR"),
        ({"booking_reference": 5735300001}, 400, "VALIDATION_ERROR"),
        ({"booking_reference": None}, 400, "VALIDATION_ERROR"),
        ({}, 400, "VALIDATION_ERROR"),
        ({"booking_reference": "NO-SUCH", "device_type": "FRIDGE"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_a_start_that_names_no_booking_is_refused(
    client: APIClient, body: dict[str, Any], status: int, code: str
) -> None:
    response = start(client, **body)

    assert response.status_code == status
    error = error_of(response)
    assert error["code"] == code
    assert set(error["fields"]) <= {"booking_reference", "device_type"}


@pytest.mark.django_db
def test_a_hotel_that_asks_who_is_there_is_told_apart_from_a_wrong_answer(
    client: APIClient,
) -> None:
    hotel = HotelFactory(checkin_verification=Verification.AUTO)
    booking = BookingFactory(hotel=hotel, on_file=True)

    missing = start(client, booking_reference=booking.booking_reference)
    wrong = start(client, booking_reference=booking.booking_reference, verification="\0")
    other = start(client, booking_reference=booking.booking_reference, verification="9999")

    assert [missing.status_code, wrong.status_code, other.status_code] == [403, 403, 403]
    assert error_of(missing)["code"] == "VERIFICATION_REQUIRED"
    assert error_of(other)["code"] == "VERIFICATION_FAILED"
    assert list(error_of(other)["fields"]) == ["verification"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"full_name": "Mary\0"}, "INVALID_NAME", "full_name"),
        ({"full_name": ""}, "INVALID_NAME", "full_name"),
        ({"full_name": "x" * 500}, "INVALID_NAME", "full_name"),
        ({"full_name": 5}, "VALIDATION_ERROR", "full_name"),
        ({"phone_number": "12\x0034"}, "INVALID_PHONE", "phone_number"),
        ({"phone_region": "\0"}, "INVALID_PHONE", "phone_number"),
        ({"phone_number": True}, "VALIDATION_ERROR", "phone_number"),
        ({"email": "mary\0@example.com"}, "INVALID_EMAIL", "email"),
        ({"email": ["mary@example.com"]}, "VALIDATION_ERROR", "email"),
    ],
)
def test_details_that_can_t_be_used_name_their_field(
    client: APIClient, changed: dict[str, Any], code: str, field: str
) -> None:
    token = key_to(CheckInFlowFactory())

    response = client.post(f"/api/checkin/{token}/details/", {**DETAILS, **changed}, format="json")

    assert response.status_code == 400
    error = error_of(response)
    assert (error["code"], list(error["fields"])) == (code, [field])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"has_car": True, "car_registration": "\0"}, "INVALID_CAR_REGISTRATION", None),
        ({"has_car": True}, "INVALID_CAR_REGISTRATION", None),
        ({"has_car": "yes"}, "VALIDATION_ERROR", "has_car"),
        ({"has_car": None}, "VALIDATION_ERROR", "has_car"),
        ({"has_car": {}}, "VALIDATION_ERROR", "has_car"),
        ({"car_registration": "191-KY-4711"}, "VALIDATION_ERROR", "has_car"),
    ],
)
def test_parking_that_can_t_be_used_names_its_field(
    client: APIClient, body: dict[str, Any], code: str, field: str | None
) -> None:
    token = key_to(CheckInFlowFactory(with_details=True))

    response = client.post(f"/api/checkin/{token}/parking/", body, format="json")

    assert response.status_code == 400
    error = error_of(response)
    assert (error["code"], list(error["fields"])) == (code, [field or "car_registration"])


@pytest.mark.django_db
def test_steps_out_of_order_and_flows_past_their_time_are_conflicts(client: APIClient) -> None:
    early = key_to(CheckInFlowFactory())
    late = key_to(CheckInFlowFactory(with_details=True, overdue=True))
    no_car = {"has_car": False}

    skipped = client.post(f"/api/checkin/{early}/parking/", no_car, format="json")
    expired = client.post(f"/api/checkin/{late}/parking/", no_car, format="json")

    assert (skipped.status_code, error_of(skipped)["code"]) == (409, "STEP_OUT_OF_ORDER")
    assert (expired.status_code, error_of(expired)["code"]) == (409, "FLOW_EXPIRED")


# -- secrecy -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_answer_that_knows_a_key_may_be_stored_or_referred_to(client: APIClient) -> None:
    flow = CheckInFlowFactory(with_parking=True)
    path = f"/api/checkin/{key_to(flow)}"

    answers = [
        start(client, booking_reference=flow.booking.booking_reference),
        start(client, booking_reference="NO-SUCH"),
        client.get(f"{path}/"),
        client.get(f"{path}/pin-status/"),
        client.post(f"{path}/confirm/"),
        client.get("/api/checkin/unknown/"),
        client.delete(f"{path}/"),
    ]

    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.django_db
def test_a_flow_never_shows_the_pin(client: APIClient) -> None:
    grant = AccessGrantFactory(ready=True, pin="860315")
    flow = CheckInFlowFactory(with_parking=True, pin_ready=True, access_grant=grant)

    body = client.get(f"/api/checkin/{key_to(flow)}/").content

    assert b"860315" not in body


# -- the device ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_device_is_the_one_named_or_else_the_one_that_asks(client: APIClient) -> None:
    def device(**body: Any) -> str:
        reference = BookingFactory().booking_reference
        answer = client.post(
            "/api/checkin/start/",
            {"booking_reference": reference, **body},
            format="json",
            headers={"User-Agent": IPHONE},
        )
        token = CheckInToken.objects.get(flow__booking__booking_reference=reference)
        assert answer.status_code == 201
        return str(token.flow.device_type)

    assert device() == "MOBILE"
    assert device(device_type=None) == "MOBILE"
    assert device(device_type="TABLET") == "TABLET"


@pytest.mark.parametrize(
    ("user_agent", "device_type"),
    [
        (IPHONE, DeviceType.MOBILE),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/137.0 Mobile Safari", DeviceType.MOBILE),
        ("Mozilla/5.0 (Linux; Android 15; SM-X710) Chrome/137.0 Safari", DeviceType.TABLET),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Mobile/15E148", DeviceType.TABLET),
        ("Mozilla/5.0 (Android 14; Tablet; rv:139.0) Firefox/139.0", DeviceType.TABLET),
        ("Mozilla/5.0 (Android 14; Mobile; rv:139.0) Firefox/139.0", DeviceType.MOBILE),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/139.0", DeviceType.DESKTOP),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari", DeviceType.DESKTOP),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/137.0 Safari", DeviceType.DESKTOP),
        ("python-requests/2.32", DeviceType.OTHER),
        ("", DeviceType.OTHER),
        ("(" * 100_000, DeviceType.OTHER),
    ],
)
def test_devices_are_told_by_what_their_browser_says(
    user_agent: str, device_type: DeviceType
) -> None:
    assert device_type_of(user_agent) == device_type


# -- one truth behind two doors ------------------------------------------------------------------


def graphql_names(type_name: str) -> set[str]:
    """The names of a GraphQL type's fields, as REST spells them."""
    kind = build_schema(print_schema(schema)).type_map[type_name]
    assert isinstance(kind, GraphQLObjectType | GraphQLInputObjectType)
    return {re.sub(r"(?=[A-Z])", "_", name).lower() for name in kind.fields}


def parts_of(value: Any, path: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every object inside a body, by where it is."""
    if isinstance(value, dict):
        yield path, set(value)
        for key, part in value.items():
            yield from parts_of(part, f"{path}.{key}" if path else key)


@pytest.mark.django_db
def test_a_flow_has_the_same_fields_in_rest_and_graphql(client: APIClient) -> None:
    failed = CheckInFlowFactory(with_details=True, pin_failed=True)
    done = CheckInFlowFactory(completed=True)

    shown = dict(parts_of(client.get(f"/api/checkin/{key_to(failed)}/").json()))
    shown |= dict(parts_of(client.get(f"/api/checkin/{key_to(done)}/").json()))

    assert shown == {
        "": {"flow"},
        "flow": graphql_names("CheckInFlow"),
        "flow.failure": graphql_names("CheckInFailure"),
        "flow.contact": graphql_names("Contact"),
        "flow.hotel": graphql_names("Hotel"),
        "flow.room": graphql_names("GuestRoom"),
    }


@pytest.mark.parametrize(
    ("body", "type_name"),
    [
        (StartCheckInSerializer, "StartCheckInInput"),
        (GuestDetailsSerializer, "SubmitGuestDetailsInput"),
        (ParkingSerializer, "SubmitParkingInput"),
    ],
)
def test_a_step_takes_the_same_fields_in_rest_and_graphql(body: Any, type_name: str) -> None:
    assert set(body().fields) == graphql_names(type_name) - {"token"}  # it is in REST's address


@pytest.mark.django_db
def test_both_doors_show_the_same_values(client: APIClient) -> None:
    flow = CheckInFlowFactory(with_parking=True, pin_failed=True)
    token = key_to(flow)
    fields = "step status pinStatus fullName phoneNumber expiresAt checkInDate failure { message }"

    asked = client.post(
        "/graphql/",
        {"query": f'{{ checkInFlow(token: "{token}") {{ {fields} }} }}'},
        format="json",
    )
    graphql = asked.json()["data"]["checkInFlow"]
    rest = client.get(f"/api/checkin/{token}/").json()["flow"]

    assert graphql["expiresAt"] == rest["expires_at"]
    assert graphql["failure"]["message"] == rest["failure"]["message"]
    for camel, snake in [("fullName", "full_name"), ("phoneNumber", "phone_number")]:
        assert graphql[camel] == rest[snake]
    assert graphql["pinStatus"] == rest["pin_status"] == PinStatus.FAILED


@pytest.mark.django_db
def test_graphql_reads_the_device_from_the_request_as_well(client: APIClient) -> None:
    booking = BookingFactory()
    query = (
        f'mutation {{ startCheckIn(input: {{bookingReference: "{booking.booking_reference}"}}) '
        "{ __typename } }"
    )

    client.post("/graphql/", {"query": query}, format="json", headers={"User-Agent": IPHONE})

    assert CheckInFlow.objects.get(booking=booking).device_type == DeviceType.MOBILE


@pytest.mark.django_db
def test_half_characters_end_as_refusals_and_never_as_bugs(client: APIClient) -> None:
    half = "\ud800"
    details = {**DETAILS, "token": key_to(CheckInFlowFactory()), "email": f"mary@{half}.example"}
    operations = {
        "query ($it: String!) { stay(token: $it) { token } }": half,
        "query ($it: String!) { checkInFlow(token: $it) { token } }": half,
        "mutation ($it: StartCheckInInput!) "
        "{ startCheckIn(input: $it) { ... on Problem { code } } }": {
            "bookingReference": "A",
            "hotelSlug": half,
        },
        "mutation ($it: SubmitGuestDetailsInput!) "
        "{ submitGuestDetails(input: $it) { ... on Problem { code } } }": {
            to_camel_case(name): value for name, value in details.items()
        },
    }

    answers = [
        client.generic(
            "POST",
            "/graphql/",
            json.dumps({"query": query, "variables": {"it": variable}}),
            "application/json",
        ).json()
        for query, variable in operations.items()
    ]

    assert answers == [
        {"data": {"stay": None}},
        {"data": {"checkInFlow": None}},
        {"data": {"startCheckIn": {"code": "BOOKING_NOT_FOUND"}}},
        {"data": {"submitGuestDetails": {"code": "INVALID_EMAIL"}}},
    ]
