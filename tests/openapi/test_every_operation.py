"""Whatever a client sends, the server does as its OpenAPI document says.

Schemathesis makes the requests, those that the document allows and those that it does not.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as bounded
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from backend.wsgi import application
from tests.openapi.house import House, open_house

pytestmark = [
    pytest.mark.once("postgres"),
    pytest.mark.django_db,
    pytest.mark.usefixtures("fresh_limits", "one_connection"),
]

# The same few at every run. For a search: DOORSTEP_EXAMPLES=200, which draws anew each time.
WANTED: Final = int(os.environ.get("DOORSTEP_EXAMPLES", "0"))
EXAMPLES: Final = WANTED or 6
FOUND_IN_5: Final = 4
PRECONDITION_FAILED: Final = 412
CONDITIONS: Final = frozenset({"If-Match", "If-None-Match"})
LINES: Final = "lines"  # of an uploaded file

document = schemathesis.openapi.from_path(Path(settings.BASE_DIR) / "openapi.yaml")
document.app = application


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests within this process must not close the connection that holds the test's data."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _unknown_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts of examples are known to no resolver, as when a partner sets up too early."""
    resolve = socket.getaddrinfo

    def among_ourselves(host: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, str) and host.endswith("example.com"):
            raise socket.gaierror
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", among_ourselves)


@pytest.fixture
def house() -> House:
    return open_house()


@document.parametrize()
@bounded(max_examples=EXAMPLES, derandomize=not WANTED, suppress_health_check=list(HealthCheck))
def test_an_operation_answers_as_documented(case: Any, house: House) -> None:
    existing = house.existing(case.operation.path)
    if crc32(repr(case.path_parameters).encode()) % 5 < FOUND_IN_5:
        case.path_parameters.update(
            {name: existing[name] for name in set(existing) & set(case.path_parameters)}
        )
    case.call_and_validate(
        headers={
            **house.headers(case.operation.definition.raw.get("security", [])),
            "Accept-Encoding": "identity",  # within a process nobody unpacks what is packed
        },
        excluded_checks=[positive_data_acceptance, negative_data_rejection],
        additional_checks=[refused_with_its_reason, refused_unless_empty],
    )


@schemathesis.check
def refused_with_its_reason(context: Any, response: Any, case: Any) -> None:
    """What the document allows is done, or refused for a field that was asked for.

    Some rules no document can say: a departure after its arrival, a number that somebody has.
    """
    try:
        positive_data_acceptance(context, response, case)
    except RejectedPositiveData:
        if _has_unmet_condition(response, case):
            return
        if response.status_code != 400 or not set(_blamed(response)) <= _fields_of(case):
            raise


@schemathesis.check
def refused_unless_empty(context: Any, response: Any, case: Any) -> None:
    """What the document does not allow is refused; ``?status=`` says no more than no status."""
    try:
        negative_data_rejection(context, response, case)
    except AcceptedNegativeData:
        if _has_unmet_condition(response, case):
            return
        if "" not in (case.query or {}).values():
            raise


def _has_unmet_condition(response: Any, case: Any) -> bool:
    """Answer whether a tag that nobody has was sent, which is asked before anything else."""
    return response.status_code == PRECONDITION_FAILED and bool(
        CONDITIONS & set(case.headers or {})
    )


def _blamed(response: Any) -> list[str]:
    fields = response.json()["error"].get("fields", {"": []})
    return [name.partition(".")[0] for name in fields if name != LINES]


def _fields_of(case: Any) -> set[str]:
    operation = case.operation
    names = {parameter.name for parameter in (*operation.query, *operation.headers)}
    for body in operation.body:
        names |= _properties(body.optimized_schema)
    return names


def _properties(schema: Any) -> set[str]:
    """Return the names of all properties, those of objects within objects too."""
    if not isinstance(schema, dict):
        return set()
    below: set[str] = set().union(*map(_properties, schema.values()))
    return below | set(schema.get("properties", ()))
