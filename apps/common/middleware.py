"""An id for every request, in its answer and in every log line written meanwhile."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse

from apps.common.log_context import about

ACCEPTED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id_of(given: str) -> str:
    """Return the caller's id where it is well formed, else a new one."""
    return given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex


def current_request_id() -> str | None:
    """Return the id of the request that is being answered, if one is."""
    request_id: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return request_id


class RequestIdMiddleware:
    """Takes the caller's ``X-Request-ID`` where it is well formed, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.headers.get("X-Request-ID", ""))
        with about(request_id=request_id):
            response = self._get_response(request)
        response["X-Request-ID"] = request_id
        return response
