"""The four steps over HTTP: unions, field names, and answers to whatever is sent."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.bookings.models import Booking
from apps.checkin.states import FlowStatus
from tests.background import run_due_jobs
from tests.conftest import AskGraphQL
from tests.factories.bookings import OTHER_PHONE, PHONE, BookingFactory
from tests.factories.checkin import CheckInFlowFactory, key_to
from tests.fakes.lock_cloud import LockCloud

pytestmark = pytest.mark.django_db

FLOW = """
  token step status pinStatus bookingReference fullName phoneNumber email hasCar carRegistration
  expiresAt failure { code message } contact { phone email whatsappUrl }
  hotel { name slug parkingInfo } room { number } checkInDate checkOutDate
"""
STAY = """
  token guestName status pin
  accessCodes { lockName isFrontDoor code kind status startsAt endsAt verifiedAt firstUsedAt }
  room { number } hotel { name slug } checkInAt checkOutAt carRegistration
"""
# The two have a status each, of different kinds: a document that asks for both names one anew.
STAY_BESIDE_FLOW = STAY.replace(" status", " stayStatus: status", 1)
PROBLEM = "... on Problem { code message field }"
START = f"""mutation($input: StartCheckInInput!) {{ startCheckIn(input: $input) {{
  __typename ... on CheckInFlow {{ {FLOW} }} ... on Stay {{ {STAY_BESIDE_FLOW} }} {PROBLEM} }} }}"""
DETAILS = f"""mutation($input: SubmitGuestDetailsInput!) {{ submitGuestDetails(input: $input) {{
  __typename ... on CheckInFlow {{ {FLOW} }} {PROBLEM} }} }}"""
PARKING = f"""mutation($input: SubmitParkingInput!) {{ submitParking(input: $input) {{
  __typename ... on CheckInFlow {{ {FLOW} }} {PROBLEM} }} }}"""
CONFIRM = f"""mutation($input: ConfirmCheckInInput!) {{ confirmCheckIn(input: $input) {{
  __typename ... on Stay {{ {STAY} }} {PROBLEM}
  ... on PinFailedProblem {{ bookingReference contact {{ phone email whatsappUrl }} }} }} }}"""
READ = f"query($token: String!) {{ checkInFlow(token: $token) {{ {FLOW} }} }}"
READ_STAY = f"query($token: String!) {{ stay(token: $token) {{ {STAY} }} }}"
PERSON = {"fullName": " Séamus  Ó Sé ", "phoneNumber": "020 7946 0987", "phoneRegion": "gb"}


@pytest.fixture
def booking(lock_cloud: LockCloud) -> Booking:
    made: Booking = BookingFactory(arriving_today=True, with_doors=True)
    return made


class Guest:
    """A guest's app: it knows documents, and the key that it was given."""

    def __init__(self, gql: AskGraphQL) -> None:
        self._gql = gql
        self.token = ""

    def start(self, booking: Booking, **more: Any) -> dict[str, Any]:
        answer = self._ask(START, bookingReference=booking.booking_reference, **more)
        self.token = answer.get("token", self.token)
        return answer

    def details(self, **more: Any) -> dict[str, Any]:
        return self._ask(DETAILS, token=self.token, **(PERSON | more))

    def park(self, **more: Any) -> dict[str, Any]:
        return self._ask(PARKING, token=self.token, **({"hasCar": False} | more))

    def confirm(self) -> dict[str, Any]:
        return self._ask(CONFIRM, token=self.token)

    def read(self) -> dict[str, Any] | None:
        flow: dict[str, Any] | None = self._gql(READ, token=self.token)["data"]["checkInFlow"]
        return flow

    def _ask(self, document: str, **fields: Any) -> dict[str, Any]:
        answer = self._gql(document, input=fields)
        assert "errors" not in answer, answer
        (result,) = answer["data"].values()
        found: dict[str, Any] = result
        return found


@pytest.fixture
def guest(gql: AskGraphQL) -> Guest:
    return Guest(gql)


def test_the_four_steps(guest: Guest, booking: Booking, gql: AskGraphQL) -> None:
    found = guest.start(booking, deviceType="MOBILE")
    assert found["__typename"] == "CheckInFlow"
    assert (found["step"], found["status"], found["pinStatus"]) == (1, "IN_PROGRESS", "NOT_STARTED")
    assert found["hotel"]["parkingInfo"] == "Behind the house."

    given = guest.details(email="seamus@example.com")
    assert (given["step"], given["pinStatus"]) == (2, "GENERATING")
    assert (given["fullName"], given["phoneNumber"]) == ("Séamus Ó Sé", OTHER_PHONE)

    parked = guest.park(hasCar=True, carRegistration="191 d  12345")
    assert (parked["step"], parked["carRegistration"]) == (3, "191 D 12345")
    assert parked["room"] is None

    waiting = guest.confirm()
    assert (waiting["__typename"], waiting["code"]) == ("PendingProblem", "PIN_PENDING")
    run_due_jobs()

    stay = guest.confirm()
    assert stay["__typename"] == "Stay"
    assert [code["code"] for code in stay["accessCodes"]] == [stay["pin"]] * 2
    assert [code["isFrontDoor"] for code in stay["accessCodes"]] == [True, False]
    assert (stay["guestName"], stay["status"]) == ("Séamus Ó Sé", "IN_HOUSE")
    assert stay["room"] == {"number": booking.assigned_room.number if booking.assigned_room else ""}
    again = gql(READ_STAY, token=stay["token"])["data"]["stay"]
    assert {**again, "__typename": "Stay"} == stay


def test_a_flow_never_shows_the_pin(guest: Guest, booking: Booking) -> None:
    guest.start(booking)
    guest.details()
    run_due_jobs()
    guest.park()
    pin = guest.confirm()["pin"]

    shown = {key: value for key, value in (guest.read() or {}).items() if key != "token"}
    assert shown["status"] == "COMPLETED"
    assert pin not in json.dumps(shown)


def test_a_flow_that_ended_shows_no_person(guest: Guest) -> None:
    guest.token = key_to(CheckInFlowFactory(completed=True))

    flow = guest.read()

    assert flow is not None
    assert flow["status"] == FlowStatus.COMPLETED
    personal = ("fullName", "phoneNumber", "email", "hasCar", "carRegistration")
    assert {flow[name] for name in personal} == {None}


@pytest.mark.parametrize("query", [READ, READ_STAY])
@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 10_000])
def test_an_unknown_token_reads_null(gql: AskGraphQL, query: str, token: str) -> None:
    answer = gql(query, token=token)

    assert list(answer) == ["data"]
    assert list(answer["data"].values()) == [None]


def test_times_carry_the_hotels_offset(guest: Guest) -> None:
    booking = BookingFactory(arriving_today=True, with_room=True, hotel__timezone="Asia/Kolkata")

    assert guest.start(booking)["expiresAt"].endswith("+05:30")


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["0000000000", "", "\x00", "\ud800", "9" * 10_000])
def test_an_unknown_reference(guest: Guest, reference: str) -> None:
    problem = guest.start(Booking(booking_reference=reference))

    assert (problem["__typename"], problem["code"]) == ("NotFoundProblem", "BOOKING_NOT_FOUND")
    assert problem["field"] == "bookingReference"


def test_a_second_device(guest: Guest, booking: Booking) -> None:
    guest.start(booking)
    guest.details()

    problem = guest.start(booking)
    assert (problem["__typename"], problem["code"], problem["field"]) == (
        "ForbiddenProblem",
        "VERIFICATION_REQUIRED",
        "verification",
    )
    assert guest.start(booking, verification="0000")["code"] == "VERIFICATION_FAILED"
    assert guest.start(booking, verification=OTHER_PHONE[-4:])["step"] == 2


def test_a_guest_who_is_back(guest: Guest) -> None:
    booking = BookingFactory(in_house=True, on_file=True)

    stay = guest.start(booking, verification=PHONE[-4:])

    assert (stay["__typename"], stay["stayStatus"]) == ("Stay", "IN_HOUSE")


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"fullName": "12345"}, "INVALID_NAME", "fullName"),
        ({"fullName": "\ud800"}, "INVALID_NAME", "fullName"),
        ({"phoneNumber": "12"}, "INVALID_PHONE", "phoneNumber"),
        ({"phoneRegion": "XX"}, "INVALID_PHONE", "phoneNumber"),
        ({"email": "seamus@"}, "INVALID_EMAIL", "email"),
    ],
)
def test_wrong_details(
    guest: Guest, booking: Booking, more: dict[str, str], code: str, field: str
) -> None:
    guest.start(booking)

    problem = guest.details(**more)

    assert (problem["__typename"], problem["code"]) == ("InvalidProblem", code)
    assert problem["field"] == field


def test_a_wrong_registration(guest: Guest, booking: Booking) -> None:
    guest.start(booking)
    guest.details()

    problem = guest.park(hasCar=True, carRegistration="?")

    assert (problem["code"], problem["field"]) == ("INVALID_CAR_REGISTRATION", "carRegistration")


def test_steps_out_of_order_and_out_of_time(guest: Guest, booking: Booking) -> None:
    guest.start(booking)
    assert guest.park()["code"] == "STEP_OUT_OF_ORDER"
    guest.token = key_to(CheckInFlowFactory(with_details=True, overdue=True))
    assert guest.park()["code"] == "FLOW_EXPIRED"
    guest.token = "unknown"
    assert guest.park()["code"] == "FLOW_NOT_FOUND"


def test_a_pin_that_failed(guest: Guest, booking: Booking, lock_cloud: LockCloud) -> None:
    lock_cloud.faults(error_codes={"keyboardPwd/add": {"errcode": -2025}})
    guest.start(booking)
    guest.details()
    guest.park()
    run_due_jobs()

    flow = guest.read()
    assert flow is not None
    assert flow["failure"]["code"] == "PIN_FAILED"
    problem = guest.confirm()
    assert (problem["__typename"], problem["code"]) == ("PinFailedProblem", "PIN_FAILED")
    assert problem["bookingReference"] == booking.booking_reference
    assert problem["contact"] == {
        "phone": "+44 20 7946 0100",
        "email": "desk@example.com",
        "whatsappUrl": "https://wa.me/442079460200",
    }


# -- whatever is sent ----------------------------------------------------------------------------

DEEP = '{ checkInFlow(token: "x") ' + "{ hotel " * 2_000 + "}" * 2_000 + " }"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("", {}),
        ("{", {}),
        ("{ nothing }", {}),
        ("\x00", {}),
        ("\ud800", {}),
        ("fragment A on CheckInFlow { ...A } { checkInFlow(token: 1) { ...A } }", {}),
        (DEEP, {}),
        ("[" * 5_000, {}),
        (READ, {}),
        (READ, {"token": None}),
        (READ, {"token": 1}),
        (READ, {"token": ["x"]}),
        (READ, []),
        (READ, "token"),
        (START, {"input": {}}),
        (START, {"input": None}),
        (START, {"input": {"bookingReference": {"a": 1}}}),
        (START, {"input": {"bookingReference": "1", "deviceType": "WATCH"}}),
        (START, {"input": {"bookingReference": "1", "unknown": 1}}),
        (PARKING, {"input": {"token": "x", "hasCar": "yes"}}),
        (1, {}),
        (None, {}),
        (["a"], {}),
    ],
)
def test_a_document_or_variable_that_is_wrong_is_never_an_error_of_the_server(
    client: Client, query: Any, variables: Any
) -> None:
    body = json.dumps({"query": query, "variables": variables})

    response = client.post("/graphql/", body, content_type="application/json")

    assert response.status_code == 400, response.content
    codes = [error["extensions"]["code"] for error in response.json()["errors"]]
    assert set(codes) <= {"VALIDATION_ERROR", "QUERY_TOO_COMPLEX"}


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b"\xff\xfe",
        b'{"query": "\xff"}',
        b"[" * 20_000,
        b'{"a":' * 20_000,
        b'{"query": "{ __typename }", "variables": 1}',
        b'{"query": "{ __typename }", "extensions": 1, "operationName": 1}',
        b'[{"query": "{ __typename }"}]',
    ],
)
def test_a_body_that_is_wrong_is_never_an_error_of_the_server(client: Client, body: bytes) -> None:
    response = client.post("/graphql/", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x"],
)
def test_a_content_type_that_is_wrong_is_never_an_error_of_the_server(
    client: Client, content_type: str
) -> None:
    response = client.post("/graphql/", b'{"query": "{ __typename }"}', content_type=content_type)

    code = response.json()["errors"][0]["extensions"]["code"]
    assert (response.status_code, code) in {
        (400, "VALIDATION_ERROR"),
        (415, "UNSUPPORTED_MEDIA_TYPE"),
    }


def test_a_bug_is_masked_behind_an_id_that_is_in_the_log(
    gql: AskGraphQL, caplog: pytest.LogCaptureFixture
) -> None:
    token = "a-token-that-nobody-may-read-in-a-log"
    with caplog.at_level(logging.ERROR), connection.execute_wrapper(_fail):
        answer = gql(READ, token=token)

    (error,) = answer["errors"]
    assert answer["data"] == {"checkInFlow": None}
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert error["extensions"]["id"] in error["message"]
    assert error["extensions"]["id"] in caplog.text
    assert "the database is gone" not in json.dumps(answer)
    assert "the database is gone" in caplog.text
    assert token not in caplog.text


def _fail(*_args: Any) -> Any:
    raise RuntimeError("the database is gone")


# -- costs ---------------------------------------------------------------------------------------


def test_reading_a_flow_costs_two_queries_at_most(guest: Guest, queries_of: Any) -> None:
    guest.token = key_to(CheckInFlowFactory(with_parking=True))

    assert queries_of(guest.read) <= 2
