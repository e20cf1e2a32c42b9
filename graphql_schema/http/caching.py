"""What caches between us and a client may keep: public answers to GET, for a moment."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from graphql import FieldNode, OperationDefinitionNode

# Seconds for which an answer that is the same for everybody may be shown again. Whoever watches
# seats goes on from the map's version, so a map of a second ago loses nothing.
PUBLIC_FOR: Final[Mapping[str, int]] = {"seatMap": 1, "seatingEvent": 10}


def let_caches_keep(
    request: HttpRequest, response: HttpResponse, operation: OperationDefinitionNode
) -> HttpResponseBase:
    """Say how long the response holds, and answer 304 to a caller who has it already.

    What names any other field stays ``no-store``.
    """
    seconds = _seconds(operation)
    if seconds == 0:
        return response
    response["Cache-Control"] = f"public, max-age={seconds}"
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    conditional = get_conditional_response(request, etag=etag, response=response)
    return conditional or response


def _seconds(operation: OperationDefinitionNode) -> int:
    """Return how long all of the root's fields hold; 0 if one is not for everybody."""
    held = [
        PUBLIC_FOR.get(node.name.value, 0) if isinstance(node, FieldNode) else 0
        for node in operation.selection_set.selections
    ]
    return min(held)
