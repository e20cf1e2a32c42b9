"""Traces go to a collector where one is named, with ids and without people."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pytest_django import Settings

from apps.bookings.models import Hotel
from apps.common import tracing
from backend.telemetry import switch_on
from tests.backend.conftest import bare
from tests.backend.house import EMAIL, PERSON, House, working
from tests.common.errands import wait_until
from tests.common.processes import run
from tests.factories.bookings import BookingFactory
from tests.factories.partners import key_for
from tests.fakes.lock_cloud import LockCloud
from tests.live_server import server
from tests.partners.receiver import Receiver

__all__ = ["bare", "server"]

pytestmark = pytest.mark.once("postgres")

EVERYTHING: Final = """
import sys, backend.asgi, backend.worker, backend.wsgi
# The client of Redis loads what it would count with by itself, where that is installed.
parts = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf")
sys.exit([name for name in sys.modules if name.startswith((*parts, "backend.telemetry"))] or 0)
"""
NO_PACKAGE: Final = """
import sys
sys.modules["opentelemetry"] = None
from backend import environment
environment.load()
"""


class Collector:
    """Takes spans over OTLP/HTTP. Source: the OTLP specification, OTLP/HTTP, binary protobuf."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_packed = self.headers.get("Content-Encoding") == "gzip"
                if self.path == "/v1/traces":
                    bodies.append(gzip.decompress(body) if is_packed else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def spans(self) -> list[Span]:
        return [
            span
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()


def value_of(span: Span, name: str) -> Any:
    """Return an attribute of a span."""
    found = [each.value for each in span.attributes if each.key == name]
    return (found[0].string_value or found[0].int_value) if found else None


@pytest.mark.usefixtures("fresh_limits")
def test_a_check_in_is_told_from_the_request_to_the_lock_and_without_the_guest(
    server: str, collector: Collector, lock_cloud: LockCloud, settings: Settings
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    tracer = switch_on(endpoint=collector.url, service="a-house")
    house = House(server)
    booking = BookingFactory(arriving_today=True, with_doors=True)
    try:
        with Receiver() as receiver, working(settings):
            auth = {"Authorization": f"Api-Key {_key(booking.hotel)}"}
            hook = {"url": receiver.url(), "event_types": ["booking.checked_in"]}
            made = house.post("/api/partner/v1/webhook-endpoints/", hook, **auth).json()
            house.secrets["webhook secret"] = made["secret"]
            house.check_in(booking)
            wait_until(lambda: receiver.heard)
    finally:
        tracing.use(None)
        tracer.close()

    spans = collector.spans()
    by_id = {span.span_id: span for span in spans}
    by_name: dict[str, list[Span]] = {}
    for span in spans:
        by_name.setdefault(span.name, []).append(span)

    (details,) = by_name["graphql mutation submitGuestDetails"]
    asked = by_id[details.parent_span_id]
    assert asked.name == "POST graphql/"
    assert value_of(asked, "http.response.status_code") == 200
    assert len(value_of(asked, "doorstep.request_id")) == 32
    statements = [span for span in spans if span.parent_span_id == details.span_id]
    assert any(value_of(span, "db.query.summary").startswith("SELECT") for span in statements)
    rung_for = {link.trace_id for span in by_name["job locks.AccessCode"] for link in span.links}
    assert details.trace_id in rung_for
    (called, *_) = by_name["lock_cloud keyboardPwd/add"]
    assert by_id[called.parent_span_id].name == "job locks.AccessCode"
    assert value_of(by_name["webhook POST"][0], "http.response.status_code") == 204

    told = b"".join(collector.bodies)
    secrets = {**house.secrets, "e-mail": EMAIL, **{word: word for word in PERSON}}
    pin = secrets.pop("PIN")
    assert {name for name, secret in secrets.items() if secret.encode() in told} == set()
    texts = [each.value.string_value for span in spans for each in span.attributes]
    assert pin not in " ".join(texts).replace("/", " ").split()


def _key(hotel: Hotel) -> str:
    return key_for(hotel).secret


def _fail_within_another() -> None:
    with pytest.raises(ValueError, match="x"), tracing.span("two", {"note": f"for {EMAIL}"}):
        raise ValueError("x")


def test_strangers_are_pointed_to_and_do_not_say_what_is_traced(collector: Collector) -> None:
    stranger = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    tracer = switch_on(endpoint=collector.url, service="a-house")
    try:
        with tracing.span("one", links=(stranger, "nonsense")):
            _fail_within_another()
    finally:
        tracing.use(None)
        tracer.close()

    two, one = collector.spans()
    assert [link.trace_id.hex() for link in one.links] == ["0af7651916cd43dd8448eb211c80319c"]
    assert one.trace_id.hex() != "0af7651916cd43dd8448eb211c80319c"
    assert (value_of(two, "error.type"), value_of(two, "note")) == ("ValueError", "for [hidden]")
    assert [event.name for event in two.events] == []


def test_without_a_collector_nothing_of_the_library_is_loaded(bare: dict[str, str]) -> None:
    done = run("-c", EVERYTHING, environ={**bare, "DEBUG": "true"})

    assert (done.returncode, done.stderr) == (0, "")


def test_a_collector_without_the_packages_is_refused_in_a_sentence(bare: dict[str, str]) -> None:
    environ = {**bare, "DEBUG": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}

    done = run("-c", NO_PACKAGE, environ=environ)

    assert "SettingsError: OTEL_EXPORTER_OTLP_ENDPOINT needs packages" in done.stderr
