"""No line of the log holds a token, a PIN or a contact, whoever writes it and wherever it hides."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, connection

from apps.common.crypto import encrypt, new_token
from apps.common.log_context import about, carried, note
from apps.common.logs import HIDDEN, line_formatter
from apps.common.middleware import request_id_of

TOKEN = "hJ3vQ0xN8pL-2sT_bW7yR5mK1cF9dG4aZ6uE0iO3qXs"
SHORT_TOKEN = "k9Xw-short"
PIN = "4821"
PHONE = "+353 20 913 0199"
DIALLED = "020 913 0199"
EMAIL = "ada.byron+inn@guests.example.com"
ALL = (TOKEN, SHORT_TOKEN, PIN, PHONE, "913 0199", "9130199", EMAIL, "ada.byron")

SENTENCES = {
    # Paths and query strings.
    "flow path": f"GET /api/checkin/{SHORT_TOKEN}/pin-status/ answered 500",
    "stay path": f"https://inn.example.com/api/stays/{SHORT_TOKEN}/messages/",
    "order path": f"PUT /api/seating/orders/{SHORT_TOKEN}/seats/",
    "callback path": f"POST /api/locks/ttlock/callback/{SHORT_TOKEN}/",
    "any path": f"GET /s/{TOKEN}",
    "socket query": f'127.0.0.1:51234 - "WebSocket /ws/hotels/inn/?token={SHORT_TOKEN}" [accepted]',
    "encoded query": f"/ws/hotels/inn/?authorization=Bearer%20{SHORT_TOKEN}&after=3",
    "second parameter": f"/graphql/?after=3&access_token={SHORT_TOKEN}",
    "vendor query": f"/v3/lock/list?clientId=7&accessToken={SHORT_TOKEN}&date=1",
    "vendor body": f"keyboardPwd={PIN}&startDate=0&changeType=2",
    "e-mail in a query": f"/admin/?q={EMAIL.replace('@', '%40')}",
    "address with a login": f"redis://worker:{SHORT_TOKEN}@cache.example.com:6379/0",
    # Headers.
    "bearer": f"Authorization: Bearer {SHORT_TOKEN}",
    "api key": f"authorization: Api-Key {SHORT_TOKEN}",
    "basic": f"Authorization: Basic {SHORT_TOKEN}",
    "scope": f"[(b'host', b'inn'), (b'authorization', b'Bearer {SHORT_TOKEN}')]",
    "cookie": f"Cookie: sessionid={SHORT_TOKEN}",
    # Things that were printed.
    "dict": f"{{'token': '{SHORT_TOKEN}', 'pin': '{PIN}', 'phoneNumber': '{DIALLED}'}}",
    "json": f'{{"pin": {PIN}, "email": "{EMAIL}", "stayToken": "{SHORT_TOKEN}"}}',
    "graphql": f'submit(input: {{token: "{SHORT_TOKEN}", phoneNumber: "{PHONE}"}})',
    "repr": f"Guest(phone_number='{DIALLED}', door_pin='{PIN}')",
    # Prose.
    "pin in prose": f"The lock refused the PIN {PIN}.",
    "pin with a verb": f"pin is {PIN}",
    "token in prose": f"no flow has {TOKEN}!",
    "phone in prose": f"{PHONE} is not a number of this country",
    "compact phone": f"sent to {PHONE.replace(' ', '')}",
    "dialled phone": f"can't ring ({DIALLED[:3]}) {DIALLED[4:]}",
    "e-mail in prose": f"<{EMAIL}>: mailbox unavailable",
    "webhook secret": f"signed with whsec_{SHORT_TOKEN}",
}


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """Everything that loggers below ``tests`` write, as the console would show it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(line_formatter())
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream.getvalue
    logger.removeHandler(handler)


def own() -> Any:
    return structlog.get_logger("tests.logs")


def foreign() -> logging.Logger:
    return logging.getLogger("tests.logs.uvicorn")


def assert_clean(line: str) -> None:
    _timestamp, _, text = line.partition(" ")  # its digits may be anybody's PIN
    assert [secret for secret in ALL if secret in text] == []
    assert HIDDEN in text


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_secrets_are_blanked_in_what_is_said(sentence: str, log: Callable[[], str]) -> None:
    own().warning(sentence)
    own().warning("said", text=sentence)
    foreign().warning(sentence)
    foreign().warning("said: %s", sentence)
    lines = log().splitlines()
    assert len(lines) == 4
    for line in lines:
        assert_clean(line)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_secrets_are_blanked_in_what_an_exception_says(
    sentence: str, log: Callable[[], str]
) -> None:
    cause = KeyError(sentence)
    error = ValueError(sentence)
    error.__cause__ = cause
    own().error("failed", exc_info=error)
    own().error("failed", error=error)
    foreign().error("failed", exc_info=error)
    foreign().error("failed: %s", error)
    assert len(log().splitlines()) == 4
    assert log().count("KeyError") == 2
    for line in log().splitlines():
        assert_clean(line)


@pytest.mark.parametrize(
    "fields",
    [
        {"token": SHORT_TOKEN},
        {"stay_token": SHORT_TOKEN},
        {"accessToken": SHORT_TOKEN},
        {"Authorization": f"Digest {SHORT_TOKEN}"},
        {"client_secret": SHORT_TOKEN},
        {"api_key": SHORT_TOKEN},
        {"pin": PIN},
        {"pin": int(PIN)},
        {"door_pin": PIN},
        {"pin_code": PIN},
        {"keyboardPwd": PIN},
        {"code": PIN},
        {"phone_number": DIALLED},
        {"guest_phone": DIALLED},
        {"email": EMAIL},
        {"headers": {"authorization": SHORT_TOKEN}},
        {"guests": [{"phone": DIALLED}, (EMAIL,)]},
        {"error": ConnectionError(f"/api/stays/{SHORT_TOKEN}/")},
    ],
    ids=str,
)
def test_fields_named_like_secrets_are_blanked(
    fields: dict[str, Any], log: Callable[[], str]
) -> None:
    own().warning("said", **fields)
    assert_clean(log())


def test_what_is_bound_to_the_request_is_blanked_too(log: Callable[[], str]) -> None:
    with structlog.contextvars.bound_contextvars(path=f"/api/stays/{SHORT_TOKEN}/"):
        own().warning("said")
        foreign().warning("said")
    for line in log().splitlines():
        assert_clean(line)


@pytest.mark.parametrize("minted", [new_token, lambda: encrypt(PIN)], ids=["token", "ciphertext"])
def test_whatever_is_minted_is_known_by_its_shape(
    minted: Callable[[], str], log: Callable[[], str]
) -> None:
    secrets = [minted() for _ in range(300)]
    own().warning(f"found {secrets} and {', '.join(secrets)}")
    assert [secret for secret in secrets if secret in log()] == []


def test_what_helps_to_find_a_fault_stays(log: Callable[[], str]) -> None:
    kept = (
        "job.failed kind=locks.AccessCode pk=7f0c3b0e-5f0e-4c8e-9a55-1d2b3c4d5e6f attempts=3 "
        "errcode=-3007 pin_status=PENDING keyboardPwdId=5012345 at 2026-11-20T09:26:51.123456Z "
        "/api/checkin/start/ 1767225600000 127.0.0.1:8000 BK-2026-0101 5735307998 "
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )
    own().warning("said", text=kept, attempts=3, pin_status="PENDING", request_id="0f" * 16)
    assert HIDDEN not in log()
    assert kept in log()
    assert "attempts=3 pin_status=PENDING request_id=0f0f" in log()


def test_one_event_is_one_line(log: Callable[[], str]) -> None:
    own().warning("first\nsecond", text="third\nfourth")
    foreign().warning("first\nsecond")
    assert len(log().splitlines()) == 2


@pytest.mark.usefixtures("transactional_db")
def test_the_database_does_not_tell_the_row_it_refused(log: Callable[[], str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE guest_of_logs (note text, wanted text, CHECK (wanted <> ''))"
        )
    note = f"Ada\nByron (room 7).\n{DIALLED}"
    with connection.cursor() as cursor, pytest.raises(IntegrityError) as refusal:
        cursor.execute("INSERT INTO guest_of_logs VALUES (%s, '')", [note])
    own().error("failed", exc_info=refusal.value)
    foreign().error("failed", exc_info=refusal.value)
    assert len(log().splitlines()) == 2
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE guest_of_logs")
    for trace in ("Ada", "Byron", DIALLED):
        assert trace not in log()


@pytest.mark.parametrize(
    "given", ["short", "has a space", "x" * 65, "new\nline-of-mine", "ünïcode-id"]
)
def test_an_id_that_is_no_safe_one_is_replaced(given: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", request_id_of(given))


def test_what_is_noted_ends_with_its_block_and_starts_from_nothing() -> None:
    with about(request_id="outer-request"):
        note(flow=1)
        with about(kind="common.Duty", worker=None):
            note(booking=2)
            inner = structlog.contextvars.get_contextvars()
        outer = structlog.contextvars.get_contextvars()

    assert inner == {"kind": "common.Duty", "booking": 2}
    assert outer == {"request_id": "outer-request", "flow": 1}


def test_a_job_is_told_of_the_request_and_of_nothing_else() -> None:
    with about(request_id="the-request", flow=1):
        assert carried() == {"request_id": "the-request"}
    assert carried() == {}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_lines_in_json_have_the_same_fields_and_hide_the_same(sentence: str) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(line_formatter("json"))
    logger = logging.getLogger("tests.logs.json")
    logger.addHandler(handler)
    try:
        structlog.get_logger("tests.logs.json").error(
            "said", text=sentence, status=200, parts={1: [sentence]}, exc_info=ValueError(sentence)
        )
    finally:
        logger.removeHandler(handler)

    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["status"]) == ("said", "error", 200)
    assert [secret for secret in ALL if secret in json.dumps({**line, "timestamp": ""})] == []
