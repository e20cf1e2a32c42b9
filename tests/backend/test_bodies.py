"""Bodies over their limit are refused while they arrive, over a real server."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from backend.bodies import LARGEST_FORM, BoundedBodies, BoundedBodiesWsgi
from backend.server import bind
from tests.factories.seating import SeatingEventFactory, choose
from tests.live_server import PATIENCE
from tests.live_server import server as server

MEGABYTE = 1_000_000
MOST = 64 * 1024 * 1024
PIECE = b"\0" * 65_536
FORM = "multipart/form-data; boundary=x"
SUBMIT = """
mutation ($input: SubmitPaymentProofInput!) {
  submitPaymentProof(input: $input) { __typename ... on Problem { code field } }
}"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of the whole application; what is asked of it here reaches no database."""
    from backend.asgi import application  # settings and apps are ready only now

    bound = bind(0)
    running = uvicorn.Server(
        uvicorn.Config(application, lifespan="off", log_config=None, timeout_keep_alive=60)
    )
    thread = threading.Thread(target=lambda: running.run(sockets=[bound]), daemon=True)
    thread.start()
    yield int(bound.getsockname()[1])
    running.should_exit = True
    thread.join(PATIENCE)
    bound.close()


def post(
    port: int, path: str, content_type: str, body: Iterable[bytes], length: int | None
) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
    """POST a body piece by piece; without ``length``, in chunks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": content_type, "Host": "localhost", "X-Request-ID": "the-request"}
    if length is not None:
        headers["Content-Length"] = str(length)
    try:
        connection.request("POST", path, body=body, headers=headers, encode_chunked=length is None)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers
    finally:
        connection.close()


def pieces(size: int) -> Iterator[bytes]:
    """Zeros, ``size`` of them."""
    for _ in range(size // len(PIECE)):
        yield PIECE
    yield PIECE[: size % len(PIECE)]


@pytest.mark.parametrize("is_told", [True, False], ids=["length", "chunks"])
@pytest.mark.parametrize(
    ("content_type", "size"),
    [("application/json", MEGABYTE + 1), ("application/json", 10 * MEGABYTE),
     ("text/plain", MEGABYTE + 1), (FORM, LARGEST_FORM + 1)],
)  # fmt: skip
def test_a_body_over_its_limit_is_refused_at_both_doors(
    port: int, content_type: str, size: int, is_told: bool
) -> None:
    length = size if is_told else None

    rest, shown, headers = post(port, "/api/checkin/start/", content_type, pieces(size), length)
    graphql, told, _ = post(port, "/graphql/", content_type, pieces(size), length)

    assert (rest, shown["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert headers["X-Request-ID"] == "the-request"
    (error,) = told["errors"]
    assert graphql == 413
    assert error["extensions"] == {"code": "PAYLOAD_TOO_LARGE", "requestId": "the-request"}


def test_the_server_lives_on_after_a_refusal(port: int) -> None:
    post(port, "/graphql/", "application/json", pieces(2 * MEGABYTE), None)

    status, answer, _ = post(
        port, "/graphql/", "application/json", [b'{"query": "{ __typename }"}'], None
    )

    assert (status, answer) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize("told", ["x", "-1", "1e9", "9" * 30])
def test_a_length_that_is_none_is_never_an_error_of_the_server(port: int, told: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Content-Length": told}
    connection.request("POST", "/graphql/", b"{}", headers)

    status = connection.getresponse().status
    connection.close()

    assert 400 <= status < 500


async def test_no_more_is_read_than_the_limit() -> None:
    read: list[int] = []
    sent: list[dict[str, Any]] = []

    async def keep_all(scope: Any, receive: Any, send: Any) -> None:
        while True:
            read.append(len((await receive())["body"]))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": PIECE, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/graphql/", "headers": []}
    await BoundedBodies(keep_all)(scope, receive, send)

    assert MEGABYTE - len(PIECE) < sum(read) <= MEGABYTE
    assert [message.get("status") for message in sent] == [413, None]


@pytest.mark.parametrize("path", ["/api/checkin/start/", "/graphql/"])
def test_a_body_that_finds_a_full_disk_can_be_sent_again(port: int, path: str) -> None:
    """Beyond some megabytes, a body is kept in a file while it arrives."""
    resource = pytest.importorskip("resource")  # Windows has no such limit
    size = 5 * MEGABYTE
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, before[1]))
    try:
        status, answer, headers = post(port, path, FORM, pieces(size), size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    error = answer["errors"][0]["extensions"] if "errors" in answer else answer["error"]
    assert (status, error["code"]) == (503, "UNAVAILABLE")
    assert headers["X-Request-ID"] == "the-request"


def test_wsgi_refuses_what_is_told_to_be_too_long() -> None:
    answered: list[str] = []
    application = BoundedBodiesWsgi(lambda environ, start: [b"read"])

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        answered.append(status)

    def ask(content_type: str, length: int) -> bytes:
        environ = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(length)}
        return b"".join(application({**environ, "PATH_INFO": "/graphql/"}, start))

    assert ask(FORM, LARGEST_FORM) == ask("application/json", MEGABYTE) == b"read"
    assert b"PAYLOAD_TOO_LARGE" in ask(FORM, LARGEST_FORM + 1)
    assert b"PAYLOAD_TOO_LARGE" in ask("application/json", MEGABYTE + 1)
    assert answered == ["413 Content Too Large"] * 2


@pytest.mark.parametrize("is_told", [True, False], ids=["length", "chunks"])
def test_a_file_of_64_mb_gets_a_typed_answer(server: str, is_told: bool) -> None:
    order = choose(SeatingEventFactory(seats=2), "A-1")
    operations = {
        "query": SUBMIT,
        "variables": {"input": {"orderToken": order.token, "file": None}},
    }
    fields = {"operations": json.dumps(operations), "map": '{"0": ["variables.input.file"]}'}
    before = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    before += '--x\r\nContent-Disposition: form-data; name="0"; filename="proof.png"\r\n'
    before += "Content-Type: image/png\r\n\r\n"
    port = urlsplit(server).port
    assert port is not None

    after = "\r\n--x--\r\n"

    def body() -> Iterator[bytes]:
        yield before.encode()
        yield from pieces(MOST)
        yield after.encode()

    length = len(before) + MOST + len(after)
    status, answer, _ = post(port, "/graphql/", FORM, body(), length if is_told else None)

    assert status == 200
    assert answer["data"]["submitPaymentProof"]["code"] == "FILE_TOO_LARGE"
