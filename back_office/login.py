"""Logging in to the pages, under the same limits as logging in by a program."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.common.addresses import address_of_request
from apps.common.errors import NotAuthenticated, RateLimited
from apps.staff.errors import OtpInvalid, OtpRequired
from apps.staff.services.logins import prove_identity


class OfficeLoginForm(AuthenticationForm):
    """A username and a password; every reason for a refusal but too many tries reads alike."""

    otp = forms.CharField(
        label="Code, if you have an authenticator app",
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}
        ),
    )
    retry_after_seconds: int | None = None

    def clean(self) -> dict[str, Any]:
        """Find out who it is, as every other door does."""
        if self.errors:
            return self.cleaned_data
        assert self.request is not None  # noqa: S101  # the site's view names it
        try:
            user = prove_identity(
                username=self.cleaned_data["username"],
                password=self.cleaned_data["password"],
                client_address=address_of_request(self.request),
                otp=self.cleaned_data["otp"],
            )
        except RateLimited as refusal:
            self.retry_after_seconds = refusal.retry_after_seconds
            raise ValidationError(refusal.message, code="rate_limited") from None
        except (OtpRequired, OtpInvalid) as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None
        except NotAuthenticated:
            raise self.get_invalid_login_error() from None
        self.confirm_login_allowed(user)
        self.user_cache = user
        return self.cleaned_data
