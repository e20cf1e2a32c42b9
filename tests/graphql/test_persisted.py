"""Persisted queries: documents named by their digest, and the list of those that are allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from backend import environment
from graphql_schema.limits import DocumentRefused
from graphql_schema.persisted import automatic
from graphql_schema.persisted.automatic import Persisted
from graphql_schema.persisted.listed import digest_of
from graphql_schema.schema import schema
from tests.factories.seating import SeatingEventFactory
from tests.graphql.asking import post, refusal_of

QUERY = "query Which { __typename }"
MAP = "query Map($slug: String!) { seatMap(eventSlug: $slug) { version seats { label } } }"
COMMAND = 'mutation { releaseSeats(input: {orderToken: "x"}) { __typename } }'


@pytest.fixture(autouse=True)
def empty_store() -> Iterator[None]:
    """Nothing is known of earlier tests' documents; the rest of a shared Redis is left alone."""
    places = [f"place:{number}" for number in range(automatic.PLACES)]
    caches[automatic.CACHE].delete_many(places)
    yield
    caches[automatic.CACHE].delete_many(places)


def claim(digest: Any, version: Any = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": digest}}


def by_digest(client: Client, text: str, **variables: Any) -> Any:
    return post(client, None, variables, extensions=claim(digest_of(text)))


def introduce(client: Client, text: str, **variables: Any) -> Any:
    return post(client, text, variables, extensions=claim(digest_of(text)))


def get(client: Client, text: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
    address = {
        "extensions": json.dumps(claim(digest_of(text))),
        "variables": json.dumps(variables),
    }
    return client.get("/graphql/", address, headers=headers or {})


# -- automatic -----------------------------------------------------------------------------------


def test_a_document_is_sent_once_and_named_from_then_on(client: Client) -> None:
    unknown = by_digest(client, QUERY)
    introduced = introduce(client, QUERY)
    known = by_digest(client, QUERY)

    # Apollo's protocol: clients take 400 to mean that persisted queries are not supported.
    assert unknown.status_code == 200
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert refusal_of(unknown)["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert introduced.json() == known.json() == {"data": {"__typename": "Query"}}


def test_a_digest_of_another_document_is_refused(client: Client) -> None:
    response = post(client, QUERY, extensions=claim(digest_of(MAP)))

    assert (response.status_code, refusal_of(response)["code"]) == (
        400,
        "PERSISTED_QUERY_HASH_MISMATCH",
    )
    assert refusal_of(by_digest(client, MAP))["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "text", ["{ nothing }", "{", "{" + "a {" * 30 + "b" + "}" * 31, "query ($a: Int!) { b }"]
)
def test_what_is_refused_is_not_remembered(client: Client, text: str) -> None:
    introduce(client, text)

    assert refusal_of(by_digest(client, text))["code"] == "PERSISTED_QUERY_NOT_FOUND"


def test_what_is_too_long_to_keep_is_executed_all_the_same(client: Client) -> None:
    text = QUERY + " " * automatic.LONGEST

    assert introduce(client, text).json() == {"data": {"__typename": "Query"}}
    assert refusal_of(by_digest(client, text))["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ("text", "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"version": 2, "sha256Hash": "0" * 64}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"sha256Hash": "0" * 64}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"version": 1}, "VALIDATION_ERROR"),
        ({"version": 1, "sha256Hash": 1}, "VALIDATION_ERROR"),
        ({"version": 1, "sha256Hash": "0" * 65}, "VALIDATION_ERROR"),
        ({"version": 1, "sha256Hash": "../../etc/passwd"}, "VALIDATION_ERROR"),
    ],
)
def test_a_claim_of_another_form_is_refused(client: Client, extension: Any, code: str) -> None:
    response = post(client, None, extensions={"persistedQuery": extension})

    assert refusal_of(response)["code"] == code


def test_the_store_is_bounded_and_a_newer_document_takes_an_older_ones_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(automatic, "PLACES", 2)
    texts = [f"query Q{n} {{ __typename }}" for n in range(20)]
    for text in texts:
        Persisted(digest_of(text)).remember(text)

    known = [text for text in texts if _is_known(text)]

    assert 1 <= len(known) <= 2
    assert texts[-1] in known


def _is_known(text: str) -> bool:
    try:
        return Persisted(digest_of(text)).text() == text
    except DocumentRefused:
        return False


def test_without_the_cache_documents_are_sent_whole(client: Client, settings: Any) -> None:
    settings.CACHES = {
        **settings.CACHES,
        automatic.CACHE: {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        },
    }

    unknown, whole = by_digest(client, QUERY), introduce(client, QUERY)

    assert refusal_of(unknown)["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert whole.json() == {"data": {"__typename": "Query"}}


# -- GET -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_persisted_query_is_answered_by_get(client: Client) -> None:
    event = SeatingEventFactory(seats=2)
    asked = introduce(client, MAP, slug=event.slug)

    read = get(client, MAP, slug=event.slug)

    assert read.status_code == 200
    assert read.json() == asked.json()


@pytest.mark.django_db
def test_what_is_the_same_for_everybody_may_be_kept_for_a_moment(client: Client) -> None:
    event = SeatingEventFactory(seats=2)
    introduce(client, MAP, slug=event.slug)

    first = get(client, MAP, slug=event.slug)
    again = get(client, MAP, {"If-None-Match": first["ETag"]}, slug=event.slug)

    assert first["Cache-Control"] == "public, max-age=1"
    assert first["Vary"] == "Accept, origin"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        'query A { stay(token: "x") { pin } }',
        'query B { seatMap(eventSlug: "x") { version } stay(token: "x") { pin } }',
        'query C { ...F } fragment F on Query { stay(token: "x") { pin } }',
        "query D { me { username } }",
        QUERY,
    ],
)
def test_anything_else_is_kept_by_no_cache(client: Client, text: str) -> None:
    introduce(client, text)

    response = get(client, text)

    assert "data" in response.json()
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


@pytest.mark.django_db
def test_commands_are_never_executed_by_get(client: Client) -> None:
    assert introduce(client, COMMAND).status_code == 200

    response = get(client, COMMAND)

    assert (response.status_code, refusal_of(response)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "POST"


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"query": QUERY},
        {"query": QUERY, "extensions": json.dumps(claim(digest_of(QUERY)))},
        {"variables": "{}"},
    ],
)
def test_get_takes_no_documents(client: Client, address: dict[str, str]) -> None:
    response = client.get("/graphql/", address)

    assert (response.status_code, refusal_of(response)["code"]) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    "address",
    [
        {"extensions": "{"},
        {"extensions": "{}"},
        {"extensions": "null"},
        {"extensions": "[]"},
        {"extensions": json.dumps(claim(digest_of(QUERY))), "variables": "["},
        {"extensions": json.dumps(claim(digest_of(QUERY))), "variables": "[]"},
    ],
)
def test_an_address_that_is_broken_is_refused(client: Client, address: dict[str, str]) -> None:
    introduce(client, QUERY)

    response = client.get("/graphql/", address)

    assert (response.status_code, refusal_of(response)["code"]) == (400, "VALIDATION_ERROR")


# -- the allow-list ------------------------------------------------------------------------------


def test_with_a_list_nothing_else_is_executed(client: Client, settings: Any) -> None:
    settings.GRAPHQL_ALLOWED_DOCUMENTS = {digest_of(QUERY): QUERY}

    listed = [post(client, QUERY), by_digest(client, QUERY), introduce(client, QUERY)]
    others = [post(client, MAP), by_digest(client, MAP), introduce(client, MAP)]

    assert [answer.json() for answer in listed] == [{"data": {"__typename": "Query"}}] * 3
    assert {answer.status_code for answer in others} == {400}
    assert {refusal_of(answer)["code"] for answer in others} == {"PERSISTED_QUERY_NOT_IN_LIST"}


def test_the_list_holds_wherever_documents_are_read(settings: Any) -> None:
    settings.GRAPHQL_ALLOWED_DOCUMENTS = {digest_of(QUERY): QUERY}

    refused = schema.execute_sync("{ __typename }")

    assert refused.data is None
    assert [error.extensions for error in refused.errors or ()] == [
        {"code": "PERSISTED_QUERY_NOT_IN_LIST"}
    ]


def test_a_file_of_documents_is_read_at_start(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps({digest_of(QUERY): QUERY}))

    loaded = _load(tmp_path, str(file))

    assert loaded.graphql_allowed_documents == {digest_of(QUERY): QUERY}


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff", b"[]", b"{", b'{"0": "{ a }"}', b'{"0": 1}']
)
def test_a_file_that_is_no_list_stops_the_process(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "documents.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(environment.SettingsError, match=r"^GRAPHQL_ALLOWED_DOCUMENTS "):
        _load(tmp_path, str(file))


def _load(var_dir: Path, path: str) -> environment.Environment:
    return environment.load(
        {"DEBUG": "true", "DOORSTEP_VAR_DIR": str(var_dir), "GRAPHQL_ALLOWED_DOCUMENTS": path}
    )
