"""GraphQL over HTTP: what is no operation answers a status and a code, and every error its
request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.graphql.asking import post, refusal_of

READ = "query Read($token: String!) { stay(token: $token) { token } }"
UPLOAD = "mutation ($f: Upload!) { submitPaymentProof(input: {orderToken: 1, file: $f}) { a } }"
TWO = "query A { a: __typename } query B { b: __typename }"
GRAPHQL_JSON = "application/graphql-response+json"


def send(client: Client, body: bytes | str, content_type: str = "application/json") -> Any:
    return client.post("/graphql/", body, content_type=content_type)


# -- what never becomes an operation -------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"1",
        b"null",
        b'"text"',
        b'{"query": "\xff"}',
        '{"query": "{ __typename }"}'.encode("utf-16"),
        b'{"query": "{ __typename }", "variables": NaN}',
        b'{"query": "{ __typename }", "variables": [1]}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": []}',
        b'{"query": 1}',
        b'{"query": null}',
        b'{"query": ""}',
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 100_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_is_no_operation_is_refused(client: Client, body: bytes) -> None:
    response = send(client, body)

    assert (response.status_code, refusal_of(response)["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("{ stay", {}),
        ("{ nothing }", {}),
        (READ, {}),
        (READ, {"variables": {"token": None}}),
        (READ, {"variables": {"token": ["x"]}}),
        (READ, {"variables": {"token": "x"}, "operationName": "Write"}),
        (TWO, {}),
        (TWO, {"operationName": "C"}),
        ("fragment A on Query { __typename }", {}),
        ("subscription { seatUpdates(eventSlug: 1) { version } }", {}),
    ],
)
def test_an_operation_that_never_began_is_refused(
    client: Client, query: str, more: dict[str, Any]
) -> None:
    response = post(client, query, **more)

    assert response.status_code == 400
    assert list(response.json()) == ["errors"]
    assert response.json()["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"


def test_the_operation_that_is_named_is_executed(client: Client) -> None:
    response = post(client, TWO, operationName="B")

    assert response.json() == {"data": {"b": "Query"}}


def test_of_two_equal_names_in_a_body_the_last_counts(client: Client) -> None:
    response = send(client, '{"query": "{", "query": "{ __typename }"}')

    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    response = client.generic(method, "/graphql/")

    assert (response.status_code, refusal_of(response)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, POST"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "x"])
def test_other_types_of_bodies_are_refused(client: Client, content_type: str) -> None:
    response = send(client, "query={__typename}", content_type)

    assert (response.status_code, refusal_of(response)["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("name", ["operations", "map", "other"])
def test_a_form_whose_fields_are_too_large_is_refused_as_too_large(
    client: Client, name: str
) -> None:
    response = client.post("/graphql/", {name: " " * 1_000_001})

    assert (response.status_code, refusal_of(response)["code"]) == (413, "PAYLOAD_TOO_LARGE")


# -- forms with files ----------------------------------------------------------------------------

FILLED = {"query": UPLOAD, "variables": {"file": None}}


@pytest.mark.parametrize(
    ("operations", "places"),
    [
        (None, "{}"),
        ("{}", None),
        ("{", "{}"),
        (json.dumps(FILLED), "{"),
        (json.dumps(FILLED), "[]"),
        (json.dumps(FILLED), "null"),
        (json.dumps(FILLED), '{"0": "variables.file"}'),
        (json.dumps(FILLED), '{"0": []}'),
        (json.dumps(FILLED), '{"0": [1]}'),
        (json.dumps(FILLED), '{"0": [["variables", "file"]]}'),
        (json.dumps(FILLED), '{"9": ["variables.file"]}'),
        (json.dumps(FILLED), '{"0": ["variables.other"]}'),
        (json.dumps(FILLED), '{"0": ["variables"]}'),
        (json.dumps(FILLED), '{"0": ["query"]}'),
        (json.dumps(FILLED), '{"0": [""]}'),
        (json.dumps(FILLED), '{"0": ["variables.file.deeper"]}'),
        (json.dumps(FILLED), '{"0": ["variables.file", "variables.file"]}'),
        (json.dumps(FILLED), json.dumps({"0": ["variables" + ".a" * 10_000]})),
        (json.dumps(FILLED), json.dumps({"0": ["variables.file"] * 11})),
        (json.dumps(FILLED), json.dumps({str(n): ["variables.file"] for n in range(11)})),
        (json.dumps({**FILLED, "variables": {"files": [None]}}), '{"0": ["variables.files.1"]}'),
        (json.dumps({**FILLED, "variables": {"files": [None]}}), '{"0": ["variables.files.-1"]}'),
        (json.dumps({**FILLED, "variables": {"files": [None]}}), '{"0": ["variables.files.x"]}'),
        (json.dumps({**FILLED, "variables": {"files": [None]}}),
         json.dumps({"0": ["variables.files." + "1" * 5_000]})),
        ("[" * 50_000, '{"0": ["variables.file"]}'),
        ("1", '{"0": ["variables.file"]}'),
        (json.dumps([FILLED]), '{"0": ["0.variables.file"]}'),
    ],
)  # fmt: skip
def test_a_form_that_is_broken_is_refused(
    client: Client, operations: str | None, places: str | None
) -> None:
    form: dict[str, Any] = {"0": SimpleUploadedFile("a.png", b"x")}
    form |= {} if operations is None else {"operations": operations}
    form |= {} if places is None else {"map": places}

    response = client.post("/graphql/", form)

    assert response.status_code == 400
    assert refusal_of(response)["code"] in {"VALIDATION_ERROR", "BATCHING_DISABLED"}


@pytest.mark.parametrize(
    "body",
    [b"", b"no form", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=map\r\n\r\n{"],
)
def test_a_form_that_breaks_off_is_refused(client: Client, body: bytes) -> None:
    response = client.generic(
        "POST", "/graphql/", body, content_type="multipart/form-data; boundary=x"
    )

    assert response.status_code in {400, 415}  # without a body there is no type either
    assert refusal_of(response)["code"] in {"VALIDATION_ERROR", "UNSUPPORTED_MEDIA_TYPE"}


@pytest.mark.parametrize("count", [101, 1_001])
def test_a_form_of_countless_parts_is_refused(client: Client, count: int) -> None:
    files = {f"f{n}": SimpleUploadedFile("a", b"x") for n in range(count)}

    response = client.post("/graphql/", files)

    assert (response.status_code, refusal_of(response)["code"]) == (400, "VALIDATION_ERROR")


def test_a_file_where_a_text_is_due_is_a_wrong_variable(client: Client) -> None:
    operations = json.dumps({"query": READ, "variables": {"token": None}})
    form = {"operations": operations, "map": '{"0": ["variables.token"]}'}

    response = client.post("/graphql/", {**form, "0": SimpleUploadedFile("a", b"x")})

    assert (response.status_code, refusal_of(response)["code"]) == (400, "VALIDATION_ERROR")


# -- what was executed ---------------------------------------------------------------------------


def test_an_error_of_execution_is_an_answer(client: Client) -> None:
    response = post(client, "{ me { username } }")

    body = response.json()
    assert (response.status_code, body["data"]) == (200, {"me": None})
    assert body["errors"][0]["extensions"]["code"] == "NOT_AUTHENTICATED"


def test_an_error_that_empties_the_answer_is_an_answer(client: Client) -> None:
    response = post(client, '{ rooms(hotelSlug: "a") { edges { cursor } } }')

    body = response.json()
    assert (response.status_code, body["data"]) == (200, None)
    assert body["errors"][0]["path"] == ["rooms"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("", "application/json"),
    ],
)
@pytest.mark.parametrize(("query", "status"), [("{ __typename }", 200), ("{", 400)])
def test_the_type_of_the_answer_is_the_one_preferred(
    client: Client, accept: str, content_type: str, query: str, status: int
) -> None:
    response = client.post(
        "/graphql/",
        json.dumps({"query": query}),
        content_type="application/json",
        headers={"Accept": accept},
    )

    assert (response.status_code, response["Content-Type"]) == (status, content_type)


def test_answers_are_kept_by_no_cache(client: Client) -> None:
    assert post(client, "{ __typename }")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    ["{", "{ nothing }", "{ me { username } }", "{" + "a {" * 100 + "b" + "}" * 101],
)
def test_every_error_names_its_request(
    client: Client, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps({"query": query})

    answers = [
        client.post(
            "/graphql/",
            body,
            content_type="application/json",
            headers={"X-Request-ID": f"request-{n}"},
        )
        for n in range(2)
    ]

    for n, answer in enumerate(answers):
        assert answer["X-Request-ID"] == f"request-{n}"
        told = {error["extensions"]["requestId"] for error in answer.json()["errors"]}
        assert told == {f"request-{n}"}


def test_a_refusal_and_a_bug_are_logged_with_their_request(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    refused = post(client, "{ nothing }")
    with connection.execute_wrapper(_fail):
        broken = post(client, READ, {"token": "x"})

    logged = {
        record.msg["event"]: record.msg["request_id"]
        for record in caplog.records
        if isinstance(record.msg, dict)
    }
    assert logged["graphql.refused"] == refused["X-Request-ID"]
    assert logged["graphql.failed"] == broken["X-Request-ID"]


def _fail(*_args: Any) -> Any:
    raise ZeroDivisionError


# -- batches -------------------------------------------------------------------------------------


def batch(client: Client, *queries: str) -> Any:
    return send(client, json.dumps([{"query": query} for query in queries]))


def test_batches_are_refused_unless_they_are_switched_on(client: Client) -> None:
    response = batch(client, "{ __typename }")

    assert (response.status_code, refusal_of(response)["code"]) == (400, "BATCHING_DISABLED")


def test_each_operation_of_a_batch_has_its_own_answer(client: Client, settings: Any) -> None:
    settings.GRAPHQL_BATCH_LIMIT = 2

    response = batch(client, "{ __typename }", "{ nothing }")

    good, wrong = response.json()
    assert response.status_code == 200
    assert good == {"data": {"__typename": "Query"}}
    assert wrong["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"


def test_a_batch_of_which_nothing_was_executed_is_refused(client: Client, settings: Any) -> None:
    settings.GRAPHQL_BATCH_LIMIT = 2

    assert batch(client, "{", "{").status_code == 400


@pytest.mark.parametrize("count", [0, 3])
def test_a_batch_has_its_limit(client: Client, settings: Any, count: int) -> None:
    settings.GRAPHQL_BATCH_LIMIT = 2

    response = batch(client, *["{ __typename }"] * count)

    assert (response.status_code, refusal_of(response)["limit"]) == (400, "batch")


# -- the page for people -------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml", "*/*"])
def test_a_browser_gets_the_schema_explorer_where_that_is_switched_on(
    client: Client, settings: Any, accept: str
) -> None:
    settings.GRAPHQL_IDE = True
    page = client.get("/graphql/", headers={"Accept": accept})
    settings.GRAPHQL_IDE = False
    refused = client.get("/graphql/", headers={"Accept": accept})

    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"graphiql" in page.content
    assert (refused.status_code, refusal_of(refused)["code"]) == (405, "METHOD_NOT_ALLOWED")


def test_the_schema_explorer_comes_back_with_what_was_typed(client: Client, settings: Any) -> None:
    settings.GRAPHQL_IDE = True
    accept = {"Accept": "text/html"}
    page = client.get("/graphql/", {"q": "{ hotels", "variables": "{}"}, headers=accept)
    answer = client.get("/graphql/", {"query": "{ __typename }"}, headers=accept)

    assert b"graphiql" in page.content
    assert b"graphiql" not in answer.content
