"""The committed OpenAPI document is complete: nothing is silent, and every example is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from drf_spectacular.drainage import warn
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema

from apps.common.api.document import complete_document
from tests.openapi.house import PARTNER, STAFF

JSON: Final = "application/json"
ENVELOPE: Final = {"$ref": "#/components/schemas/ErrorEnvelope"}
LOG_OUT: Final = "auth_token_destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path, as the document has it."""

    method: str
    path: str
    raw: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def scheme(self) -> str | None:
        """The login that the operation ought to ask for."""
        if self.path.startswith("/api/staff/") or self.raw["operationId"] == LOG_OUT:
            return STAFF
        return PARTNER if self.path.startswith("/api/partner/") else None

    @property
    def answers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The answers that have a body, by what to call them."""
        for status, response in self.raw["responses"].items():
            for media_type, content in response.get("content", {}).items():
                yield f"{self} {status} {media_type}", content

    @property
    def bodies(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What may be sent, and what is answered."""
        for media_type, content in self.raw.get("requestBody", {}).get("content", {}).items():
            yield f"{self} body {media_type}", content
        yield from self.answers


@cache
def committed() -> dict[str, Any]:
    """Read ``openapi.yaml``."""
    text = Path(settings.BASE_DIR, "openapi.yaml").read_text()
    document: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return document


def operations() -> list[Operation]:
    return [
        Operation(method=method, path=path, raw=raw)
        for path, methods in committed()["paths"].items()
        for method, raw in methods.items()
    ]


def test_the_document_is_openapi() -> None:
    validate_schema(committed())


def test_every_operation_has_a_summary_and_a_description() -> None:
    _expect_none(
        f"{operation}: {name}"
        for operation in operations()
        for name in ("summary", "description")
        if not operation.raw.get(name)
    )


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [operation.raw["operationId"] for operation in operations()]

    assert len(set(ids)) == len(ids)


def test_every_parameter_is_described() -> None:
    _expect_none(
        f"{operation}: {parameter['name']}"
        for operation in operations()
        for parameter in operation.raw.get("parameters", ())
        if not parameter.get("description")
    )


def test_every_answer_and_its_headers_are_described() -> None:
    _expect_none(
        f"{operation} {status}"
        for operation in operations()
        for status, response in operation.raw["responses"].items()
        for part in (response, *response.get("headers", {}).values())
        if not part.get("description")
    )


def test_every_property_is_described() -> None:
    schemas = committed()["components"]["schemas"]

    _expect_none(
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, shape in schema.get("properties", {}).items()
        if not (shape.get("description") or schemas.get(_named(shape), {}).get("description"))
    )


def test_subjects_are_described_and_none_is_without_operations() -> None:
    subjects = {tag["name"]: tag["description"] for tag in committed()["tags"]}

    assert all(subjects.values())
    assert {tag for operation in operations() for tag in operation.raw["tags"]} == set(subjects)


def test_logins_are_asked_for_where_they_count() -> None:
    _expect_none(
        str(operation)
        for operation in operations()
        if operation.raw.get("security", [])
        != ([{operation.scheme: []}] if operation.scheme else [])
    )


def test_whatever_is_json_has_an_example() -> None:
    _expect_none(
        name
        for operation in operations()
        for name, content in operation.bodies
        if name.endswith(JSON) and not content.get("examples")
    )


def test_every_error_is_the_envelope() -> None:
    _expect_none(
        name
        for operation in operations()
        for status, response in operation.raw["responses"].items()
        if int(status) >= 400
        for name in [f"{operation} {status}"]
        if response.get("content", {}).get(JSON, {}).get("schema") != ENVELOPE
    )


def test_every_example_is_as_its_schema_says() -> None:
    _expect_none(
        f"{name}, {title}: {error.message} at {list(error.instance_path)}"
        for operation in operations()
        for name, content in operation.bodies
        for title, example in content.get("examples", {}).items()
        for error in _validator(content["schema"]).iter_errors(example["value"])
    )


def test_an_operation_keeps_its_own_words() -> None:
    own = {"name": "token", "in": "path", "description": "This."}
    silent = {"name": "token", "in": "path"}
    document = {
        "info": {"description": ""},
        "paths": {
            "/": {
                "get": {
                    "parameters": [own, silent],
                    "responses": {"200": {"description": "That."}, "201": {"description": ""}},
                }
            }
        },
    }

    complete_document(document)

    assert own["description"] == "This."
    assert silent["description"]
    assert document["paths"]["/"]["get"]["responses"]["200"] == {"description": "That."}
    assert document["paths"]["/"]["get"]["responses"]["201"]["description"]


def test_a_document_with_guesses_in_it_is_not_exported() -> None:
    with (
        patched_settings({"POSTPROCESSING_HOOKS": [f"{__name__}.guess"]}),
        pytest.raises(CommandError, match="would be wrong in places"),
    ):
        call_command("export_schemas", "--check")


def guess(result: Any, **_: Any) -> Any:
    """Do as the generator does where it is at a loss; a hook of its own."""
    warn("could not resolve the type of a field")
    return result


def _expect_none(gaps: Iterable[str]) -> None:
    found = list(gaps)
    assert not found, "\n".join(found)


def _named(shape: Mapping[str, Any]) -> str:
    """Return the component that a property refers to, by itself or within a list."""
    inner = shape.get("items", shape)
    (reference,) = inner.get("allOf", [inner])[:1]
    return str(reference.get("$ref", "")).rpartition("/")[2]


def _validator(schema: Mapping[str, Any]) -> Any:
    return jsonschema_rs.Draft7Validator(
        {**_strict(schema), "components": _strict_components()},
        validate_formats=True,
    )


@cache
def _strict_components() -> Any:
    return _strict(committed()["components"])


def _strict(schema: Any) -> Any:
    """Return the schema in JSON Schema's words, with no properties but those it names."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(part) for name, part in schema.items() if name != "nullable"}
    if isinstance(schema.get("properties"), dict):
        strict.setdefault("additionalProperties", False)
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") is True else strict
