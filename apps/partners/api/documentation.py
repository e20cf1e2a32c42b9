"""What the descriptions of the doors for partners share."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from apps.common.api.documentation import refusals, retry_after
from apps.common.errors import DomainError, Forbidden, NotAuthenticated, RateLimited

EVERY: Final = (NotAuthenticated, Forbidden, RateLimited)


def partner_refusals(*kinds: type[DomainError], has_body: bool = False) -> dict[int, Any]:
    """Return the answers of a partner's door that can refuse by ``kinds``, by their statuses."""
    return refusals(*EVERY, *kinds, has_body=has_body)


def rate_headers(*statuses: int) -> list[OpenApiParameter]:
    """Return the headers that tell how much of the rate is left, on answers of ``statuses``."""
    told = [*statuses, 429]
    return [
        retry_after(429),
        _header("RateLimit-Limit", "Requests that the key may make in a window.", told),
        _header("RateLimit-Remaining", "How many of them are left now.", told),
        _header("RateLimit-Reset", "Seconds until the next one is given back.", told),
    ]


def _header(name: str, description: str, statuses: list[int]) -> OpenApiParameter:
    return OpenApiParameter(
        name=name,
        type=OpenApiTypes.INT,
        location=OpenApiParameter.HEADER,
        response=statuses,
        description=description,
    )
