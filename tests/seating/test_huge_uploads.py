"""A file of 100 MB is refused while it arrives: the server process keeps none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import pytest

from apps.seating.models import PaymentProof
from apps.seating.selectors import OpenOrder, get_open_order
from tests.backend.serving import HOST, serving
from tests.common.processes import environ_on_test_database
from tests.factories.seating import SeatingEventFactory, choose, picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once("postgres")]

HUGE: Final = 100 * 1024 * 1024
PIECE: Final = b"\0" * 65_536
PATIENCE: Final = 120  # seconds: a generous end, never an expectation
MOST_GROWTH: Final = 24 * 1024 * 1024  # bytes of memory: a quarter of the file
SUBMIT: Final = """mutation($input: SubmitPaymentProofInput!) { submitPaymentProof(input: $input) {
  ... on SeatOrder { status } ... on Problem { code } } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A server in a process of its own, and the directories that it may write to."""

    port: int
    pid: int
    directory: Path

    def peak(self) -> int:
        """The most memory that the process has had since the last ``forget_peak``, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def files(self) -> list[str]:
        """What lies where uploads are read and where proofs are kept."""
        kept = [*(self.directory / "tmp").rglob("*"), *(self.directory / "var").rglob("proofs/*")]
        return [path.name for path in kept if path.is_file()]


@pytest.fixture(scope="module")
def house(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product in a process of its own."""
    directory = tmp_path_factory.mktemp("house")
    (directory / "tmp").mkdir()
    environ = environ_on_test_database() | {
        "DOORSTEP_VAR_DIR": str(directory / "var"),
        "TMPDIR": str(directory / "tmp"),
    }
    with serving(environ=environ, log=directory / "server.log") as server:
        yield House(port=server.port, pid=server.process.pid, directory=directory)


def form(fields: dict[str, str], name: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the file of that name in a form."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'
        for field, text in fields.items()
    ]
    parts.append(
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="proof.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    return "".join(parts).encode(), b"\r\n--x--\r\n"


def over_rest(opened: OpenOrder) -> tuple[str, bytes, bytes]:
    return (f"/api/seating/orders/{opened.token}/payment-proof/", *form({}, "file"))


def over_graphql(opened: OpenOrder) -> tuple[str, bytes, bytes]:
    operations = {
        "query": SUBMIT,
        "variables": {"input": {"orderToken": opened.token, "file": None}},
    }
    fields = {"operations": json.dumps(operations), "map": '{"0": ["variables.input.file"]}'}
    return ("/graphql/", *form(fields, "0"))


def upload(
    house: House, door: Any, opened: OpenOrder, content: Iterator[bytes], size: int | None
) -> Any:
    """Send a form with the file; without ``size``, in chunks. Returns status and body."""
    path, before, after = door(opened)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    if size is not None:
        headers["Content-Length"] = str(len(before) + size + len(after))

    def body() -> Iterator[bytes]:
        yield before
        yield from content
        yield after

    connection = HTTPConnection(HOST, house.port, timeout=PATIENCE)
    try:
        connection.request("POST", path, body(), headers, encode_chunked=size is None)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def huge() -> Iterator[bytes]:
    for _ in range(HUGE // len(PIECE)):
        yield PIECE


@pytest.mark.parametrize("is_told", [True, False], ids=["length", "chunks"])
@pytest.mark.parametrize("door", [over_rest, over_graphql])
def test_a_file_of_100_mb_is_refused_and_nothing_of_it_kept(
    house: House, door: Any, is_told: bool
) -> None:
    opened = choose(SeatingEventFactory(seats=2), "A-1")
    proof = picture().getvalue()
    upload(house, over_rest, choose(SeatingEventFactory(seats=2), "A-1"), iter([proof]), len(proof))
    kept_before = house.files()
    house.forget_peak()
    before = house.peak()

    status, body = upload(house, door, opened, huge(), HUGE if is_told else None)

    assert status == 413
    refusal = body["error"] if door is over_rest else body["errors"][0]["extensions"]
    assert refusal["code"] == "PAYLOAD_TOO_LARGE"
    assert house.peak() - before < MOST_GROWTH
    assert house.files() == kept_before
    assert kept_before, "a proof is kept where it is looked for"
    assert get_open_order(opened.token).order.status == "PENDING"
    assert not PaymentProof.objects.filter(order=opened.order).exists()
