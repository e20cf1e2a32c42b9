"""Every REST error leaves as ``{"error": {"code", "message", "fields"?}}``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.common import errors

log = structlog.get_logger(__name__)

STATUS_OF_FAMILY: Final[tuple[tuple[type[errors.DomainError], int], ...]] = (
    (errors.NotFound, 404),
    (errors.Invalid, 400),
    (errors.NotAuthenticated, 401),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.Pending, 202),
    (errors.TooLarge, 413),
    (errors.RateLimited, 429),
    (errors.Unavailable, 503),
)
CODE_OF_STATUS: Final[Mapping[int, str]] = {
    400: "VALIDATION_ERROR",
    401: "NOT_AUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}


def envelope(code: str, message: str, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = dict(fields)
    return {"error": error}


def render_error(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into the envelope; named in ``REST_FRAMEWORK``."""
    if isinstance(exc, errors.DomainError):
        set_rollback()
        return _refusal(exc)
    if isinstance(exc, Http404):
        exc = drf.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = drf.PermissionDenied()
    if isinstance(exc, drf.APIException):
        set_rollback()
        return _framework_error(exc)
    set_rollback()
    return _broken(exc)


def _refusal(exc: errors.DomainError) -> Response:
    status = next(code for family, code in STATUS_OF_FAMILY if isinstance(exc, family))
    fields = {exc.field: [exc.message]} if exc.field else None
    response = Response(envelope(exc.code, exc.message, _extra(exc) or fields), status=status)
    if isinstance(exc, errors.RateLimited):
        response["Retry-After"] = str(math.ceil(exc.retry_after_seconds))
    elif isinstance(exc, errors.Pending):
        response["Retry-After"] = str(exc.retry_after_seconds)
    elif isinstance(exc, errors.NotAuthenticated):
        response["WWW-Authenticate"] = "Bearer"
    return response


def _extra(exc: errors.DomainError) -> Mapping[str, Any] | None:
    """A refusal may carry more fields than its own input, such as seat labels or a contact."""
    extra: Mapping[str, Any] | None = getattr(exc, "rest_fields", None)
    return extra


def _framework_error(exc: drf.APIException) -> Response:
    status = exc.status_code
    code = CODE_OF_STATUS.get(status, "VALIDATION_ERROR" if status < 500 else "INTERNAL_ERROR")
    fields = exc.detail if isinstance(exc.detail, dict) else None
    response = Response(envelope(code, _sentence(exc), fields), status=status)
    wait = getattr(exc, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(math.ceil(wait))
    if status == 401:
        response["WWW-Authenticate"] = getattr(exc, "auth_header", "Bearer")
    return response


def _sentence(exc: drf.APIException) -> str:
    if isinstance(exc.detail, dict):
        return errors.Invalid.sentence
    if isinstance(exc.detail, list):
        return " ".join(str(part) for part in exc.detail)
    return str(exc.detail)


def _broken(exc: Exception) -> Response:
    if isinstance(exc, OperationalError):
        log.error("request.database_unavailable", error=type(exc).__name__)
        refusal = errors.Unavailable()
        return Response(envelope(refusal.code, refusal.message), status=503)
    log.error("request.failed", exc_info=exc)
    sentence = "Something broke on our side; it has been logged. Please try again."
    return Response(envelope("INTERNAL_ERROR", sentence), status=500)
