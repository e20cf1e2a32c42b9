"""While the database is away, apps are told to try again; that is no bug of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from apps.common.errors import Unavailable

pytestmark = pytest.mark.django_db
SECRET = "connection to server at db.example.com failed for user maeve"
POLL = '{ checkInFlow(token: "unknown") { status } }'
START = """mutation { startCheckIn(input: {bookingReference: "1234567"}) {
  ... on CheckInFlow { token } ... on Problem { code } } }"""


@pytest.mark.parametrize("error", [OperationalError(SECRET), InterfaceError(SECRET)])
@pytest.mark.parametrize("document", [POLL, START])
def test_without_a_database_graphql_is_unavailable(
    client: Client, document: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any) -> Any:
        raise error

    body = json.dumps({"query": document})
    with connection.execute_wrapper(away):
        answer = client.post("/graphql/", body, content_type="application/json")

    (told,) = answer.json()["errors"]
    assert told["extensions"]["code"] == Unavailable.code
    assert told["message"] == Unavailable.sentence
    assert SECRET not in answer.content.decode() + caplog.text
