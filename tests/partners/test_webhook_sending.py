"""One try over real HTTP: what counts as taken, and what a receiver can't make a worker do."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from apps.partners.webhooks import sending
from apps.partners.webhooks.sending import Problem, post
from apps.partners.webhooks.targets import parse_target
from tests.partners.receiver import Receiver, Reply

BODY = '{"type":"webhook.test"}'
NAME = "hooks.example.com"
SHORT = 0.3


@pytest.fixture(autouse=True)
def _private_targets(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True


def here(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_success_is_taken(status: int) -> None:
    with Receiver(lambda _: Reply(status=status)) as receiver:
        answer = post(parse_target(receiver.url()), BODY, {"webhook-id": "evt_1"})
    assert (answer.problem, answer.status) == (None, status)
    (heard,) = receiver.heard
    assert (heard.body, heard.headers["webhook-id"]) == (BODY, "evt_1")
    assert heard.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_every_other_status_is_a_failure(status: int) -> None:
    with Receiver(lambda _: Reply(status=status)) as receiver:
        answer = post(parse_target(receiver.url()), BODY, {})
    assert (answer.problem, answer.is_gone) == (Problem.REFUSED, status == 410)


def test_a_redirect_is_not_followed() -> None:
    with Receiver() as other:
        away = Reply(status=307, headers={"Location": other.url()})
        with Receiver(lambda _: away) as receiver:
            answer = post(parse_target(receiver.url()), BODY, {})
    assert answer.problem == Problem.REDIRECTED
    assert other.heard == []


def test_the_call_goes_to_the_address_that_was_looked_at_under_the_name_of_the_host() -> None:
    with Receiver() as receiver:
        answer = post(parse_target(receiver.url(NAME)), BODY, {}, lookup=here)
    assert answer.problem is None
    assert receiver.heard[0].headers["Host"] == f"{NAME}:{receiver.port}"


def test_a_name_that_answers_differently_later_leads_nowhere_else(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        """First a public address that nobody has here, then this machine."""
        asked.append(host)
        return ["192.88.98.1"] if len(asked) == 1 else ["127.0.0.1"]

    with Receiver() as receiver:
        target = parse_target(f"https://{NAME}:{receiver.port}/hooks")
        first = post(target, BODY, {}, timeout=SHORT, lookup=rebinding)
        asked_for_first = len(asked)
        second = post(target, BODY, {}, timeout=SHORT, lookup=rebinding)
    assert asked_for_first == 1, "one try resolves once"
    assert first.status is None
    assert second.problem == Problem.ADDRESS_REFUSED
    assert receiver.heard == []


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(path=""))
        post(parse_target(receiver.url()), BODY, {})
    assert (len(receiver.heard), proxy.heard) == (1, [])


def test_an_unknown_host_is_a_failure_to_be_tried_again() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    answer = post(parse_target(f"http://{NAME}/"), BODY, {}, lookup=unknown)
    assert answer.problem == Problem.HOST_UNKNOWN


def test_nobody_listens() -> None:
    with Receiver() as receiver:
        url = receiver.url()
    assert post(parse_target(url), BODY, {}).problem == Problem.NOT_CONNECTED


def _silence(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(SHORT * 4)


def _trickle(handler: BaseHTTPRequestHandler) -> None:
    """A byte of the headers every now and then: each one alone comes in time."""
    for _ in range(400):
        try:
            handler.wfile.write(b"H")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(SHORT / 10)


@pytest.mark.parametrize("respond", [_silence, _trickle])
def test_a_receiver_that_keeps_a_worker_waiting_is_left_in_time(respond: object) -> None:
    with Receiver(respond=respond) as receiver:  # type: ignore[arg-type]
        answer = post(parse_target(receiver.url()), BODY, {}, timeout=SHORT)
    assert (answer.problem, answer.status) == (Problem.TIMED_OUT, None)


def test_what_speaks_no_http_is_a_failure() -> None:
    with Receiver(respond=lambda handler: handler.wfile.write(b"\x00" * 9 + b"\n")) as receiver:
        answer = post(parse_target(receiver.url()), BODY, {})
    assert answer.problem in {Problem.NOT_HTTP, Problem.NOT_CONNECTED}


def test_an_endless_answer_is_read_to_its_limit() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    with Receiver(respond=endless) as receiver:
        answer = post(parse_target(receiver.url()), BODY, {})
    assert answer.problem is None
    assert len(answer.text) <= sending.MOST_CHARACTERS_KEPT


def test_what_is_kept_of_an_answer_has_no_secrets() -> None:
    told = "guest@example.com +44 20 7946 0123 Bearer abcdefghijklmnop token=s3cr3t-value"
    with Receiver(lambda _: Reply(status=500, text=told)) as receiver:
        kept = post(parse_target(receiver.url()), BODY, {}).text
    for secret in ("guest@example.com", "7946", "abcdefghijklmnop", "s3cr3t"):
        assert secret not in kept
    assert "\x00" not in kept


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("", None), ("soon", None), ("9" * 30, None)]
)
def test_a_receiver_may_wish_for_a_pause(value: str, seconds: int | None) -> None:
    with Receiver(lambda _: Reply(status=503, headers={"Retry-After": value})) as receiver:
        wished = post(parse_target(receiver.url()), BODY, {}).wished_pause
    assert wished == (None if seconds is None else dt.timedelta(seconds=seconds))


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's side for ``NAME``, signed by an authority that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "authority.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    sending._tls_context.cache_clear()
    yield context
    sending._tls_context.cache_clear()


def test_the_certificate_is_held_against_the_name(authority: ssl.SSLContext) -> None:
    with Receiver(tls=authority) as receiver:
        right = post(parse_target(receiver.url(NAME)), BODY, {}, lookup=here)
        wrong = post(parse_target(receiver.url("other.example.com")), BODY, {}, lookup=here)
    assert right.problem is None
    assert wrong.problem == Problem.TLS_FAILED
    assert len(receiver.heard) == 1


def test_an_authority_that_nobody_knows_is_refused(
    authority: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with Receiver(tls=authority) as receiver:
        answer = post(parse_target(receiver.url(NAME)), BODY, {}, lookup=here)
    assert answer.problem == Problem.TLS_FAILED
    assert receiver.heard == []
