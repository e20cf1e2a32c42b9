"""Uploads to a real server: whatever is sent, there is a typed answer, and the line stays open."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_django import Settings

from apps.seating.models import PaymentProof, SeatAllocation, SeatingEvent
from apps.seating.selectors import get_open_order
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.live_server import server as server
from tests.seating.test_proof_files import bomb, document

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds: a generous end, never an expectation
LARGE = 64 * 1024 * 1024
SUBMIT = """mutation($input: SubmitPaymentProofInput!) { submitPaymentProof(input: $input) {
  ... on SeatOrder { status } ... on Problem { code field } } }"""

Upload = Callable[[str, str, bytes], str]


@pytest.fixture
def line() -> Iterator[requests.Session]:
    """One connection for all of a test's requests."""
    with requests.Session() as session:
        session.trust_env = False  # a server on this machine is not behind a proxy
        yield session


@pytest.fixture(autouse=True)
def scratch(settings: Settings, tmp_path: Path) -> Path:
    """Where the server puts large uploads while it reads them."""
    directory = tmp_path / "scratch"
    directory.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(directory)
    return directory


def over_rest(line: requests.Session, base: str) -> Upload:
    def upload(token: str, name: str, content: bytes) -> str:
        address = f"{base}api/seating/orders/{token}/payment-proof/"
        answer = line.post(address, files={"file": (name, content)}, timeout=PATIENCE)
        body: dict[str, Any] = answer.json()
        found = body["order"]["status"] if "order" in body else body["error"]["code"]
        return str(found)

    return upload


def over_graphql(line: requests.Session, base: str) -> Upload:
    def upload(token: str, name: str, content: bytes) -> str:
        operations = {"query": SUBMIT, "variables": {"input": {"orderToken": token, "file": None}}}
        form = {
            "operations": (None, json.dumps(operations)),
            "map": (None, json.dumps({"0": ["variables.input.file"]})),
            "0": (name, io.BytesIO(content)),
        }
        answer = line.post(f"{base}graphql/", files=form, timeout=PATIENCE)
        result = answer.json()["data"]["submitPaymentProof"]
        return str(result.get("status") or result["code"])

    return upload


@pytest.mark.parametrize("door", [over_rest, over_graphql])
def test_every_upload_is_answered_and_only_a_proof_is_kept(
    server: str,
    line: requests.Session,
    door: Callable[[requests.Session, str], Upload],
    kept_files: Callable[[], int],
    scratch: Path,
) -> None:
    event: SeatingEvent = SeatingEventFactory(seats=6)
    opened = choose(event, "A-1")
    base = server.replace("ws://", "http://").removesuffix("graphql/")
    upload = door(line, base)
    wrong = {
        "large.png": (b"\x89PNG\r\n\x1a\n" + bytes(LARGE), "FILE_TOO_LARGE"),
        "bomb.png": (bomb(30_000, 30_000), "INVALID_FILE"),
        "script.pdf": (document(script="app.alert(1)"), "INVALID_FILE"),
        "picture.png": (b"<script>alert(1)</script>", "INVALID_FILE"),
        "../../etc/passwd.jpg": (b"GIF89a", "INVALID_FILE"),
        "none.png": (b"\n", "INVALID_FILE"),
        "empty.png": (b"", "INVALID_FILE"),
    }

    for name, (content, code) in wrong.items():
        assert upload(opened.token, name, content) == code, name
    assert upload("none", "proof.png", picture().getvalue()) == "ORDER_NOT_FOUND"

    assert get_open_order(opened.token).order.status == "PENDING"
    assert not PaymentProof.objects.exists()
    assert not SeatAllocation.objects.filter(status="BOOKED").exists()
    assert kept_files() == 0
    assert upload(opened.token, "proof.exe", picture().getvalue()) == "AWAITING_REVIEW"
    assert kept_files() == 1
    assert list(scratch.iterdir()) == []
