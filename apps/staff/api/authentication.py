"""Who calls a staff endpoint: bearer tokens alone; cookies never count here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.common.errors import NotAuthenticated
from apps.staff.identity import StaffIdentity
from apps.staff.selectors import identify


class StaffAuthentication(BaseAuthentication):
    """Puts a ``StaffIdentity`` into ``request.user``."""

    def authenticate(self, request: Request) -> tuple[StaffIdentity, None] | None:
        """Return who calls, or None where nobody says so. Raises NotAuthenticated."""
        header = request.headers.get("Authorization", "")
        return (identify(header), None) if header else None

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme to log in with."""
        return "Bearer"


class IsStaff(BasePermission):
    """Lets logged-in staff through; what they may do is asked of their role at the hotel."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises NotAuthenticated for strangers."""
        if not isinstance(request.user, StaffIdentity):
            raise NotAuthenticated
        return True


class StaffAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI names the scheme."""

    target_class = StaffAuthentication
    name = "staffToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme's description."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The `token` that `POST /api/auth/token/` answered with.",
        }
