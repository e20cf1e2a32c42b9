"""Traces for an OpenTelemetry collector. Imported only where one is named in the settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from apps.common import tracing
from apps.common.logs import mask
from apps.common.tracing import Attributes, Kind

KINDS: Final = {
    "server": trace.SpanKind.SERVER,
    "client": trace.SpanKind.CLIENT,
    "consumer": trace.SpanKind.CONSUMER,
    "internal": trace.SpanKind.INTERNAL,
}
SUMMARY: Final = re.compile(
    r"\s*(?P<verb>\w+)(?:.*?\b(?:FROM|INTO|UPDATE)\s+|\s+)?\"?(?P<table>\w+)?", re.DOTALL
)
LONGEST_STATEMENT: Final = 2000
_propagator: Final = TraceContextTextMapPropagator()


class _Span:
    """A span of the library; texts are masked like the lines of the log."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, attributes: Attributes) -> None:
        for name, value in attributes.items():
            if value is not None:
                shown = mask(value) if isinstance(value, str) else value
                self._span.set_attribute(name, shown)

    def fail(self, error_type: str) -> None:
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(trace.StatusCode.ERROR)

    def rename(self, name: str) -> None:
        self._span.update_name(mask(name))


class OtelTracer:
    """Makes spans, and one for each statement of a database that is asked within another."""

    def __init__(self, *, endpoint: str, service: str) -> None:
        """``endpoint``: scheme, host, port and perhaps a path; ``/v1/traces`` comes after it."""
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        resource = Resource.create({"service.name": service})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=True)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("doorstep")
        connection_created.connect(self._watch, dispatch_uid=f"telemetry-{id(self)}")

    def close(self) -> None:
        """Send what is left, and make no more."""
        connection_created.disconnect(dispatch_uid=f"telemetry-{id(self)}")
        for connection in connections.all(initialized_only=True):
            connection.execute_wrappers[:] = [
                wrapper for wrapper in connection.execute_wrappers if wrapper != self._statement
            ]
        self._provider.shutdown()

    @contextmanager
    def span(
        self, name: str, kind: Kind, attributes: Attributes, links: tuple[str, ...]
    ) -> Iterator[_Span]:
        """Measure the block."""
        with self._tracer.start_as_current_span(
            mask(name),
            kind=KINDS[kind],
            links=list(_links(links)),
            record_exception=False,  # its text may quote people
            set_status_on_exception=False,
        ) as begun:
            span = _Span(begun)
            span.set(attributes)
            try:
                yield span
            except Exception as error:
                span.fail(type(error).__name__)
                raise

    def traceparent(self) -> str | None:
        """Return where this thread or task is."""
        told: dict[str, str] = {}
        _propagator.inject(told)
        return told.get("traceparent")

    def _watch(self, *, connection: Any, **_: Any) -> None:
        if self._statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._statement)

    def _statement(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        """Measure a statement within a span; alone, such as at a look for work, it says nothing."""
        if not trace.get_current_span().is_recording():
            return execute(sql, params, many, context)
        text = str(sql)
        attributes = {
            "db.system.name": context["connection"].vendor,
            "db.query.summary": _summary(text),
        }
        with self._tracer.start_as_current_span(
            attributes["db.query.summary"],
            kind=trace.SpanKind.CLIENT,
            attributes={**attributes, "db.query.text": text[:LONGEST_STATEMENT]},
            record_exception=False,
            set_status_on_exception=False,
        ) as begun:
            try:
                return execute(sql, params, many, context)
            except Exception as error:
                _Span(begun).fail(type(error).__name__)
                raise


def _links(parents: tuple[str, ...]) -> Iterator[trace.Link]:
    for parent in parents:
        found = trace.get_current_span(_propagator.extract({"traceparent": parent}))
        if found.get_span_context().is_valid:
            yield trace.Link(found.get_span_context())


def _summary(sql: str) -> str:
    found = SUMMARY.match(sql)
    parts = found.groupdict() if found else {}
    return " ".join(part for part in (parts.get("verb"), parts.get("table")) if part) or "statement"


def switch_on(*, endpoint: str, service: str) -> OtelTracer:
    """Let this process send traces to ``endpoint``."""
    tracer = OtelTracer(endpoint=endpoint, service=service)
    tracing.use(tracer)
    return tracer
