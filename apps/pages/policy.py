"""What the pages of this room may load and who may show them: everything comes from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# ``connect-src 'self'`` covers WebSockets of the same host, too.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

View = Callable[..., HttpResponseBase]


def own_page(view: View) -> View:
    """Let the page load scripts and styles of this server alone, and keep it out of caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *given: object, **named: object) -> HttpResponseBase:
        response = view(request, *given, **named)
        response["Content-Security-Policy"] = POLICY
        response["Cache-Control"] = "no-store"
        return response

    return guarded
