"""What the pages of this room may load and who may keep them: everything comes from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.common.security_headers import OWN_FILES, POLICY

View = Callable[..., HttpResponseBase]


def own_page(view: View) -> View:
    """Let the page load scripts and styles of this server alone, and keep it out of caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *given: object, **named: object) -> HttpResponseBase:
        response = view(request, *given, **named)
        response[POLICY] = OWN_FILES
        response["Cache-Control"] = "no-store"
        return response

    return guarded
