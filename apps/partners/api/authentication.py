"""Who calls a partner endpoint: keys alone; cookies and staff logins never count here."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.partners.identity import PartnerIdentity
from apps.partners.selectors import identify

SHOWN_SCHEME: Final = "Api-Key"


class ApiKeyAuthentication(BaseAuthentication):
    """Puts a ``PartnerIdentity`` into ``request.user``."""

    def authenticate(self, request: Request) -> tuple[PartnerIdentity, None] | None:
        """Return who calls, or None where nobody says so. Raises NotAuthenticated."""
        header = request.headers.get("Authorization", "")
        return (identify(header), None) if header else None

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme to come with."""
        return SHOWN_SCHEME


class ApiKeyAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI names the scheme."""

    target_class = ApiKeyAuthentication
    name = "partnerKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme's description."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key <key>`: the word, a space, and the key as it was shown once.",
        }
