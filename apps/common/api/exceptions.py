"""Every REST error leaves as ``{"error": {"code", "message", "fields"?}}``."""

from __future__ import annotations

import errno
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from apps.common import errors
from apps.common.queries import DATABASE_AWAY

log = structlog.get_logger(__name__)

STATUS_OF_FAMILY: Final[tuple[tuple[type[errors.DomainError], int], ...]] = (
    (errors.NotFound, 404),
    (errors.Invalid, 400),
    (errors.NotAuthenticated, 401),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.PreconditionFailed, 412),
    (errors.Pending, 202),
    (errors.TooLarge, 413),
    (errors.RateLimited, 429),
    (errors.Unavailable, 503),
)
# Windows knows no quotas by this name.
DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
BROKEN: Final = "Something broke on our side; it has been logged. Please try again."
# Errors that the frameworks raise, in this project's words.
ERROR_OF_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    400: (errors.Invalid.code, errors.Invalid.sentence),
    401: (errors.NotAuthenticated.code, errors.NotAuthenticated.sentence),
    403: (errors.Forbidden.code, errors.Forbidden.sentence),
    404: (errors.NotFound.code, errors.NotFound.sentence),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method; see the Allow header."),
    406: ("NOT_ACCEPTABLE", "This address has no answer of the type that was asked for."),
    412: (errors.PreconditionFailed.code, errors.PreconditionFailed.sentence),
    413: (errors.TooLarge.code, errors.TooLarge.sentence),
    415: ("UNSUPPORTED_MEDIA_TYPE", "This address does not take that type; see its description."),
    429: (errors.RateLimited.code, errors.RateLimited.sentence),
    500: ("INTERNAL_ERROR", BROKEN),
    503: (errors.Unavailable.code, errors.Unavailable.sentence),
}


def envelope(code: str, message: str, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of an error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = dict(fields)
    return {"error": error}


def error_of_status(
    status: int, *, own_words: str | None = None, fields: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the body of an error that has a status and no refusal of ours behind it."""
    family = status if status in ERROR_OF_STATUS else 400 if status < 500 else 500
    code, sentence = ERROR_OF_STATUS[family]
    return envelope(code, own_words or sentence, fields)


def status_of(refusal: type[errors.DomainError]) -> int:
    """Return the HTTP status of a refusal's family; one outside every family is a bug."""
    return next((code for family, code in STATUS_OF_FAMILY if issubclass(refusal, family)), 500)


def refusal_body(refusal: errors.DomainError) -> dict[str, Any]:
    """Return the body of a refusal.

    A refusal may carry more than the sentence of its own input, such as seat labels or a contact.
    """
    fields: dict[str, Any] = {refusal.field: [refusal.message]} if refusal.field else {}
    extra: Mapping[str, Any] = getattr(refusal, "rest_fields", {})
    return envelope(refusal.code, refusal.message, {**fields, **extra})


def render_error(exc: Exception, context: Mapping[str, Any]) -> Response:
    """Turn what a view raised into the envelope; named in ``REST_FRAMEWORK``."""
    set_rollback()
    if isinstance(exc, errors.DomainError):
        return _refusal(exc)
    if isinstance(exc, Http404):
        exc = drf.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = drf.PermissionDenied()
    if isinstance(exc, drf.APIException):
        return _framework_error(exc)
    return _broken(exc)


def _refusal(exc: errors.DomainError) -> Response:
    response = Response(refusal_body(exc), status=status_of(type(exc)))
    if isinstance(exc, errors.RateLimited | errors.Pending):
        response["Retry-After"] = str(math.ceil(exc.retry_after_seconds))
    elif isinstance(exc, errors.NotAuthenticated):
        response["WWW-Authenticate"] = "Bearer"
    return response


def _framework_error(exc: drf.APIException) -> Response:
    body = error_of_status(exc.status_code, own_words=_own_words(exc), fields=_fields(exc))
    response = Response(body, status=exc.status_code)
    wait: float | None = getattr(exc, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(math.ceil(wait))
    if exc.status_code == 401:
        response["WWW-Authenticate"] = getattr(exc, "auth_header", "Bearer")
    return response


def _own_words(exc: drf.APIException) -> str | None:
    """Return what the error says of itself beyond its status, if it concerns no single field."""
    if isinstance(exc, drf.ParseError):
        return str(exc.detail)
    if not isinstance(exc, drf.ValidationError):
        return None
    detail: Any = exc.detail
    if isinstance(detail, dict):
        detail = detail.get(api_settings.NON_FIELD_ERRORS_KEY, [])
    return " ".join(str(part) for part in detail if isinstance(part, str)) or None


def _fields(exc: drf.APIException) -> dict[str, list[str]]:
    """Return the sentences per input; inputs of inputs are named by their way, such as a.0.b."""
    if not isinstance(exc, drf.ValidationError):
        return {}
    fields: dict[str, list[str]] = {}
    for name, sentence in _walk(exc.detail, ()):
        if name:
            fields.setdefault(name, []).append(sentence)
    return fields


def _walk(detail: Any, way: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for name, part in detail.items():
            is_own = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _walk(part, way if is_own else (*way, str(name)))
    elif isinstance(detail, list):
        for index, part in enumerate(detail):
            yield from _walk(part, way if isinstance(part, str) else (*way, str(index)))
    else:
        yield ".".join(way), str(detail)


def _broken(exc: Exception) -> Response:
    if isinstance(exc, DATABASE_AWAY):
        # The kind alone: what a database says of itself may hold values.
        kind = type(exc.__cause__ or exc).__name__
        log.error("request.database_unavailable", error=kind)
        return Response(error_of_status(503), status=503)
    if isinstance(exc, OSError) and exc.errno in DISK_FULL:
        log.error("request.disk_full", error=errno.errorcode.get(exc.errno or 0))
        return Response(error_of_status(503), status=503)
    log.error("request.failed", exc_info=exc)
    return Response(error_of_status(500), status=500)


def log_uncaught(*, request: HttpRequest | None = None, **_: Any) -> None:
    """Log a bug outside the REST views, such as in a middleware; hears Django's own signal."""
    log.error("request.failed", exc_info=sys.exc_info()[1])
