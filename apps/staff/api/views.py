"""Logging in and out over REST."""

from __future__ import annotations

from typing import Final, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.addresses import address_of_request
from apps.common.api.documentation import EXAMPLE_TOKEN, refusals, retry_after, sent, shown
from apps.common.api.views import SecretView, read_body
from apps.common.errors import NotAuthenticated, RateLimited
from apps.staff.api.authentication import IsStaff, StaffAuthentication
from apps.staff.errors import OtpInvalid, OtpNotSetUp, OtpRequired
from apps.staff.identity import StaffIdentity
from apps.staff.services.logins import log_in, log_out

REFUSALS: Final = (NotAuthenticated, OtpRequired, OtpInvalid, OtpNotSetUp, RateLimited)


class CredentialsSerializer(serializers.Serializer[dict[str, str]]):
    """A username and a password."""

    username = serializers.CharField(max_length=150, help_text="As in the back office.")
    password = serializers.CharField(
        max_length=128, trim_whitespace=False, help_text="Exactly as it is; counted when wrong."
    )
    otp = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="The code of an authenticator app, or a recovery code, of who has set one up: "
        "without it they are answered `OTP_REQUIRED`.",
    )


class LoginSerializer(serializers.Serializer[object]):
    """A new login; the token is shown here and never again."""

    token = serializers.CharField(help_text="Sent as `Authorization: Bearer <token>`.")
    expires_at = serializers.DateTimeField(help_text="When it ends by itself.")


class TokenView(SecretView):
    """``/api/auth/token/``."""

    def get_authenticators(self) -> list[StaffAuthentication]:  # type: ignore[override]  # narrower
        """Logging in needs no login; logging out does."""
        is_login = self.request is not None and self.request.method == "POST"
        return [] if is_login else [StaffAuthentication()]

    @extend_schema(
        summary="Log in",
        description="Answers a bearer token for staff endpoints, GraphQL and WebSockets.",
        request=CredentialsSerializer,
        parameters=[retry_after(429)],
        responses={
            200: LoginSerializer,
            **refusals(*REFUSALS, has_body=True),
        },
        auth=[],
        examples=[
            sent("A member of staff", username="niamh", password="correct horse battery staple"),  # noqa: S106  # invented
            shown("A login", {"token": EXAMPLE_TOKEN, "expires_at": "2026-06-19T08:00:00.120000Z"}),
        ],
        tags=["Desk: login"],
    )
    def post(self, request: Request) -> Response:
        """Log in."""
        body = read_body(request, CredentialsSerializer)
        login = log_in(
            username=body["username"],
            password=body["password"],
            otp=body.get("otp", ""),
            client_address=address_of_request(request),
        )
        return Response({"token": login.token, "expires_at": login.expires_at})

    @extend_schema(
        summary="Log out",
        description="Ends the login whose token is used; others of the same person go on.",
        responses={204: None, **refusals(NotAuthenticated)},
        tags=["Desk: login"],
    )
    def delete(self, request: Request) -> Response:
        """Log out."""
        IsStaff().has_permission(request, self)
        log_out(cast(StaffIdentity, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)
