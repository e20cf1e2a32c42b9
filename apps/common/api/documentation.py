"""What the OpenAPI descriptions of doors are made of: refusals, headers, examples."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from apps.common import errors
from apps.common.api.exceptions import envelope, error_of_status, status_of
from apps.common.api.serializers import ErrorEnvelopeSerializer

EXAMPLE_TOKEN: Final = "Jm0w8bqYx4k2n1Rr6tQe3uPz5sVh7cLd9aFgXoKiMyE"  # noqa: S105  # opens nothing


def refusals(*kinds: type[errors.DomainError], has_body: bool = False) -> dict[int, Any]:
    """Return the answers of a door that can refuse by ``kinds``, by their statuses.

    What any door can answer is added; ``has_body`` adds what is said of bodies.
    """
    bodies: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for kind in kinds:
        bodies[status_of(kind)].append(envelope(kind.code, kind.sentence))
    for status in (400, 413, 415) if has_body else ():
        bodies[status].append(error_of_status(status))
    for status in (500, 503):
        bodies[status].append(error_of_status(status))
    return {status: _response(bodies[status]) for status in sorted(bodies)}


def retry_after(*statuses: int) -> OpenApiParameter:
    """Return the header that tells when to ask again, on answers of these ``statuses``."""
    return OpenApiParameter(
        name="Retry-After",
        type=OpenApiTypes.INT,
        location=OpenApiParameter.HEADER,
        response=list(statuses),
        description="Seconds to wait before asking again.",
    )


def sent(name: str, **value: Any) -> OpenApiExample:
    """Return the example of a body that may be sent."""
    return OpenApiExample(name=name, request_only=True, value=value)


def shown(name: str, value: Any, *, status: int = 200) -> OpenApiExample:
    """Return the example of a success."""
    return OpenApiExample(name=name, response_only=True, status_codes=[str(status)], value=value)


def page_shown(row: Any) -> OpenApiExample:
    """Return the example of a list with one ``row``."""
    return shown("A page", {"results": [row], "next": None, "previous": None})


def _response(bodies: list[dict[str, Any]]) -> OpenApiResponse:
    of_codes: dict[str, dict[str, Any]] = {}
    for body in bodies:
        of_codes.setdefault(body["error"]["code"], body)  # the door's own sentence before any's
    return OpenApiResponse(
        response=ErrorEnvelopeSerializer,
        description=", ".join(of_codes),
        examples=[OpenApiExample(name=code, value=body) for code, body in of_codes.items()],
    )
