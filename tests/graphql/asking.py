"""Requests to the GraphQL door that tests look at as a whole."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


def post(client: Client, query: Any, variables: Any = None, **body: Any) -> Any:
    """Return the response to one operation."""
    whole = {"query": query, "variables": variables or {}, **body}
    return client.post("/graphql/", json.dumps(whole), content_type="application/json")


def refusal_of(response: Any) -> dict[str, Any]:
    """Return the extensions of the one error; nothing was executed."""
    body = response.json()
    assert list(body) == ["errors"], body
    (error,) = body["errors"]
    assert error["message"]
    extensions: dict[str, Any] = error["extensions"]
    return extensions
