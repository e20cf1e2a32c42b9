"""Logging in to the pages, under the same limits as logging in by a program."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from apps.common.addresses import address_of_request
from apps.common.errors import RateLimited
from apps.staff.services.login_limits import count_wrong_login, limit_logins


class OfficeLoginForm(AuthenticationForm):
    """A username and a password; every reason for a refusal but too many tries reads alike."""

    def clean(self) -> dict[str, Any]:
        """Count the try, then look at it."""
        username = self.cleaned_data.get("username") or ""
        assert self.request is not None  # noqa: S101  # the site's view names it
        address = address_of_request(self.request)
        try:
            limit_logins(username, address)
        except RateLimited as refusal:
            raise ValidationError(refusal.message, code="rate_limited") from None
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            count_wrong_login(username, address)
            raise
        return cleaned
