"""Requests that are no proper ones: what the doors answer before any view has a say."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.test import Client

START = "/api/checkin/start/"
MEGABYTE = 1_000_000


class BrokenMiddleware:
    """A bug outside every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError("in the middle")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def post(client: Client, body: bytes | str, content_type: str = "application/json") -> Any:
    return client.post(START, body, content_type=content_type)


def code_of(response: Any) -> str:
    body = response.json()
    assert list(body) == ["error"]
    return str(body["error"]["code"])


# -- bodies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '{"booking_reference": ',
        "{'booking_reference': 'A'}",
        '{"booking_reference": NaN}',
        '{"booking_reference": "\\ud800"}',
        b'{"booking_reference": "\xff\xfe"}',
        '{"booking_reference": "A"}'.encode("utf-16"),
        '{"a":' * 100_000,
        "[" * 100_000,
        "1" * 100_000,
        "[]",
        '"text"',
        "null",
        "true",
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_no_json_object_is_refused(client: Client, body: bytes | str) -> None:
    response = post(client, body)

    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")


def test_no_body_is_an_empty_object(client: Client) -> None:
    response = post(client, "")

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == ["booking_reference"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_another_type_of_body_is_unsupported(client: Client, content_type: str) -> None:
    response = post(client, "booking_reference=A", content_type)

    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(("size", "status"), [(MEGABYTE, 400), (MEGABYTE + 1, 413)])
def test_a_body_ends_at_one_megabyte(client: Client, size: int, status: int) -> None:
    start, end = b'{"note": "', b'"}'

    response = post(client, start + b"x" * (size - len(start) - len(end)) + end)

    assert response.status_code == status
    assert code_of(response) == ("PAYLOAD_TOO_LARGE" if status == 413 else "VALIDATION_ERROR")


def test_a_graphql_body_ends_there_too(client: Client) -> None:
    body = json.dumps({"query": "{ __typename }" + " " * MEGABYTE})

    response = client.post("/graphql/", body, content_type="application/json")

    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("accept", ["text/html", "image/png", "nonsense", ""])
def test_the_answer_is_json_whatever_is_accepted(client: Client, accept: str) -> None:
    response = client.post(START, "{}", content_type="application/json", headers={"Accept": accept})

    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")


# -- addresses and methods -----------------------------------------------------------------------


@pytest.mark.parametrize("is_debugging", [False, True])
@pytest.mark.parametrize("path", ["/api/", "/api", "/api/no/such/", "/api/stays/", "/graphql/x/"])
def test_an_unknown_address_answers_the_envelope(
    client: Client, settings: Any, path: str, is_debugging: bool
) -> None:
    settings.DEBUG = is_debugging

    response = client.get(path)

    assert (response.status_code, code_of(response)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", START, "POST"),
        ("PUT", START, "POST"),
        ("POST", "/api/stays/key/", "GET"),
        ("DELETE", "/api/checkin/key/confirm/", "POST"),
    ],
)
def test_a_wrong_method_names_the_right_ones(
    client: Client, method: str, path: str, allowed: str
) -> None:
    response = client.generic(method, path)

    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")
    assert allowed in response["Allow"].split(", ")
    assert method not in response["Allow"]


@pytest.mark.parametrize("is_debugging", [False, True])
@pytest.mark.parametrize("path", ["/api/checkin/start", "/graphql"])
def test_a_missing_slash_loses_no_body(
    client: Client, settings: Any, path: str, is_debugging: bool
) -> None:
    settings.DEBUG = is_debugging
    body = {"query": "{ __typename }", "booking_reference": 5}

    bare = client.post(path, body, content_type="application/json")
    whole = client.post(f"{path}/", body, content_type="application/json")

    assert (bare.status_code, bare.content) == (whole.status_code, whole.content)
    assert bare.status_code in {200, 400}


# -- bugs and refusals outside the views ---------------------------------------------------------


@pytest.mark.parametrize("is_debugging", [False, True])
@pytest.mark.parametrize("path", [START, "/graphql/"])
def test_a_bug_in_a_middleware_answers_the_envelope_and_is_logged(
    client: Client,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    path: str,
    is_debugging: bool,
) -> None:
    settings.DEBUG = is_debugging
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.BrokenMiddleware"]

    response = client.post(path, "{}", content_type="application/json")

    assert (response.status_code, code_of(response)) == (500, "INTERNAL_ERROR")
    assert b"in the middle" not in response.content
    logged = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [line["event"] for line in logged] == ["request.failed"]
    assert logged[0]["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("is_debugging", [False, True])
def test_a_host_that_is_not_ours_answers_the_envelope(
    client: Client, settings: Any, is_debugging: bool
) -> None:
    settings.DEBUG = is_debugging

    response = client.get("/api/no/such/", headers={"Host": "elsewhere.example"})

    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")


def test_a_page_for_people_stays_a_page(client: Client) -> None:
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


# -- over a real server --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a real ASGI server; the tests on it reach no database."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(get_asgi_application(), lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield int(listening.getsockname()[1])
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


def post_in_chunks(port: int, chunks: list[bytes]) -> tuple[int, dict[str, Any]]:
    """POST without telling the length before; return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            "POST",
            START,
            body=iter(chunks),
            headers={"Content-Type": "application/json", "Host": "localhost"},
            encode_chunked=True,
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_body_in_chunks_is_read(port: int) -> None:
    status, body = post_in_chunks(port, [b'{"booking_', b'reference": 5}'])

    assert status == 400
    assert body["error"]["fields"] == {"booking_reference": ["Send a text."]}


def test_a_body_in_chunks_ends_at_one_megabyte_as_well(port: int) -> None:
    status, body = post_in_chunks(port, [b'{"note": "', *([b"x" * 65_536] * 20), b'"}'])

    assert (status, body["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
