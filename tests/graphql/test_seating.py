"""Seats over GraphQL: unions, uploads, the review by staff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.seating.models import SeatingEvent
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.conftest import AskGraphQL
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.factories.staff import works_at

pytestmark = pytest.mark.django_db
ORDER = """
  token orderNumber status seats { label price } total currency expiresAt version
"""
PROBLEM = "... on Problem { code message field } ... on SeatsTakenProblem { labels }"
SELECT = f"""mutation($input: SelectSeatsInput!) {{ selectSeats(input: $input) {{
  __typename ... on SeatOrder {{ {ORDER} }} {PROBLEM} }} }}"""
RELEASE = """mutation($input: ReleaseSeatsInput!) { releaseSeats(input: $input) {
  __typename ... on SeatOrder { status } ... on Problem { code } } }"""
SUBMIT = f"""mutation($input: SubmitPaymentProofInput!) {{ submitPaymentProof(input: $input) {{
  __typename ... on SeatOrder {{ {ORDER} }} {PROBLEM} }} }}"""
REVIEW = f"""mutation($input: ReviewPaymentInput!) {{ reviewPayment(input: $input) {{
  __typename ... on SeatOrder {{ {ORDER} }} ... on Problem {{ code field }} }} }}"""
MAP = """query($slug: String!) { seatMap(eventSlug: $slug) {
  version seats { id label status price section row number x y category isAccessible } } }"""
QUEUE = """query($slug: String!, $status: SeatOrderStatus) {
  seatOrders(eventSlug: $slug, status: $status) { edges { node {
    orderNumber status version holderName seats { label } proofs { mediaType isReused verdict }
  } } pageInfo { hasNextPage } } }"""


@pytest.fixture(autouse=True)
def proof_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.PROOF_DIR = tmp_path
    return tmp_path


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=12)
    return made


def upload(client: Client, token: str, content: bytes) -> dict[str, Any]:
    """Send a file as the GraphQL multipart request specification has it."""
    operations = {"query": SUBMIT, "variables": {"input": {"orderToken": token, "file": None}}}
    response = client.post(
        "/graphql/",
        {
            "operations": json.dumps(operations),
            "map": json.dumps({"0": ["variables.input.file"]}),
            "0": SimpleUploadedFile("proof.png", content),
        },
    )
    assert response.status_code == 200, response.content
    answer = response.json()
    assert "errors" not in answer, answer
    result: dict[str, Any] = answer["data"]["submitPaymentProof"]
    return result


def as_staff(client: Client, event: SeatingEvent, role: Role = Role.FRONT_DESK) -> None:
    login = open_login(works_at(event.hotel, role))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {login.token}"


def test_from_selection_to_confirmation(
    gql: AskGraphQL, client: Client, event: SeatingEvent
) -> None:
    chosen = gql(
        SELECT,
        input={
            "eventSlug": event.slug,
            "labels": ["A-1", "A-2"],
            "holderName": "Nora Quinn",
            "holderEmail": "nora@example.com",
        },
    )["data"]["selectSeats"]
    assert (chosen["__typename"], chosen["status"], chosen["total"]) == (
        "SeatOrder",
        "PENDING",
        "60.00",
    )

    paid = upload(client, chosen["token"], picture().getvalue())
    assert paid["status"] == "AWAITING_REVIEW"
    chart = gql(MAP, slug=event.slug)["data"]["seatMap"]
    assert (chart["version"], chart["seats"][0]["status"]) == (1, "BOOKED")

    as_staff(client, event)
    queue = gql(QUEUE, slug=event.slug, status="AWAITING_REVIEW")["data"]["seatOrders"]["edges"]
    (waiting,) = [edge["node"] for edge in queue]
    assert waiting["proofs"] == [
        {"mediaType": "image/png", "isReused": False, "verdict": "PENDING"}
    ]
    decision = {
        "orderNumber": waiting["orderNumber"],
        "approve": True,
        "expectedVersion": waiting["version"],
    }
    confirmed = gql(REVIEW, input=decision)["data"]["reviewPayment"]
    assert (confirmed["__typename"], confirmed["status"]) == ("SeatOrder", "CONFIRMED")
    assert gql(REVIEW, input=decision)["data"]["reviewPayment"]["code"] == "STALE_VERSION"


def test_taken_seats_are_named(gql: AskGraphQL, client: Client, event: SeatingEvent) -> None:
    upload(client, choose(event, "A-1").token, picture().getvalue())

    problem = gql(SELECT, input={"eventSlug": event.slug, "labels": ["A-1", "A-2"]})["data"][
        "selectSeats"
    ]

    assert (problem["__typename"], problem["code"]) == ("SeatsTakenProblem", "SEATS_TAKEN")
    assert problem["labels"] == ["A-1"]


def test_problems_of_uploads(client: Client, event: SeatingEvent, settings: Settings) -> None:
    settings.MAX_PROOF_BYTES = 1_000
    token = choose(event, "A-1").token

    assert upload(client, token, b"text")["code"] == "INVALID_FILE"
    assert upload(client, token, b"")["field"] == "file"
    assert upload(client, token, b"\x00" * 5_000_000)["code"] == "FILE_TOO_LARGE"
    assert upload(client, "none", b"text")["code"] == "ORDER_NOT_FOUND"


def test_a_text_in_the_place_of_a_file(gql: AskGraphQL, event: SeatingEvent) -> None:
    answer = gql(SUBMIT, input={"orderToken": choose(event, "A-1").token, "file": "text"})

    assert answer["data"]["submitPaymentProof"]["code"] == "INVALID_FILE"


def test_giving_up(gql: AskGraphQL, event: SeatingEvent) -> None:
    answer = gql(RELEASE, input={"orderToken": choose(event, "A-1").token})

    assert answer["data"]["releaseSeats"]["status"] == "RELEASED"


def test_only_the_hotels_own_people_review(
    gql: AskGraphQL, client: Client, event: SeatingEvent
) -> None:
    opened = choose(event, "A-1")
    decision = {"orderToken": opened.token, "approve": False, "reason": "No"}

    def codes() -> list[str]:
        answers = gql(REVIEW, input=decision), gql(QUEUE, slug=event.slug)
        return [answer["errors"][0]["extensions"]["code"] for answer in answers]

    assert codes() == ["NOT_AUTHENTICATED"] * 2
    as_staff(client, SeatingEventFactory())
    assert codes() == ["PERMISSION_DENIED"] * 2
    as_staff(client, event, Role.HOUSEKEEPING)
    assert codes() == ["PERMISSION_DENIED"] * 2
    as_staff(client, event)
    assert gql(REVIEW, input=decision)["data"]["reviewPayment"]["code"] == "STEP_OUT_OF_ORDER"


def test_a_map_costs_the_same_for_few_and_for_many_seats(gql: AskGraphQL, queries_of: Any) -> None:
    few, many = SeatingEventFactory(seats=6), SeatingEventFactory(seats=60)

    assert queries_of(lambda: gql(MAP, slug=few.slug)) == queries_of(
        lambda: gql(MAP, slug=many.slug)
    )


def test_unknown_names_read_null(gql: AskGraphQL) -> None:
    query = """{ seatingEvent(slug: "none") { name } seatOrder(token: "none") { status }
      seatMap(eventSlug: "none") { version } }"""
    answer = gql(query)
    assert answer["data"] == {"seatingEvent": None, "seatOrder": None, "seatMap": None}
