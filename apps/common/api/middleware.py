"""Manners of the doors for programs: a slash less is no mistake, and no error is a web page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import is_valid_path

from apps.common import errors
from apps.common.api.exceptions import error_of_status, refusal_body

DOORS: Final = ("/api/", "/graphql/")


def is_for_programs(request: HttpRequest) -> bool:
    """Answer whether a program reads the answer, at whatever address below these doors."""
    return f"{request.path_info}/".startswith(DOORS)


class MissingSlashMiddleware:
    """Serves ``/api/checkin/start`` as ``/api/checkin/start/``.

    A redirect would lose the body of a POST, and some clients follow none at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with_slash = f"{request.path_info}/"
        if (
            is_for_programs(request)
            and not request.path_info.endswith("/")
            and not is_valid_path(request.path_info)
            and is_valid_path(with_slash)
        ):
            request.path_info = with_slash
            request.path = f"{request.path}/"
        return self._get_response(request)


class EnvelopeMiddleware:
    """Turns error pages into the envelope: unknown paths, refused hosts, bugs outside any view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if (
            response.status_code < 400
            or not isinstance(response, HttpResponse)
            or not is_for_programs(request)
            or "json" in response.get("Content-Type", "")
        ):
            return response
        return _enveloped(response)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer a body over its limit, which the framework calls a bad request."""
        if isinstance(exception, RequestDataTooBig) and is_for_programs(request):
            return JsonResponse(refusal_body(errors.TooLarge()), status=413)
        return None


def _enveloped(page: HttpResponse) -> JsonResponse:
    body = error_of_status(page.status_code, own_words=_own_words(page))
    answer = JsonResponse(body, status=page.status_code)
    for name in ("Allow", "Retry-After"):
        if name in page:
            answer[name] = page[name]
    return answer


def _own_words(page: HttpResponse) -> str | None:
    """Return the sentence of a plain answer; a page or a trace has none for strangers."""
    text = page.content[:200].decode(errors="replace").strip()
    is_sentence = page.status_code < 500 and text and "<" not in text and "\n" not in text
    return text if is_sentence else None
