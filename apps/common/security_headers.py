"""What browsers may do with an answer. Every answer has a policy, and most have the strictest.

A page that has to load something says so in its view, with one of the policies here; an answer that
says nothing may load nothing. The policies are constants, so an answer pays for a look-up alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY: Final = "Content-Security-Policy"
PERMISSIONS: Final = "Permissions-Policy"

NOTHING: Final = "default-src 'none'; frame-ancestors 'none'"
# ``connect-src 'self'`` covers WebSockets of the same host, too.
OWN_FILES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The admin's pages are Alpine, which makes functions of their attributes ('unsafe-eval'), and have
# colours and sizes in attributes and one block of style. No script of theirs is written in a page.
BACK_OFFICE: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NO_DEVICES: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

# For answers that are given before Django is asked.
BARE: Final = (("X-Content-Type-Options", "nosniff"), (POLICY, NOTHING))
# Pages that explain a mistake to a developer, with styles and scripts written in them.
EXPLAINED: Final = frozenset({404, 500})


class SecurityHeadersMiddleware:
    """Gives every answer without a policy the strictest, and pages no devices.

    The other headers are Django's own: SecurityMiddleware and XFrameOptionsMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page:
            response.headers.setdefault(PERMISSIONS, NO_DEVICES)
        if not (is_page and settings.DEBUG and response.status_code in EXPLAINED):
            response.headers.setdefault(POLICY, NOTHING)
        return response
