"""Setting up an authenticator app, by whoever has a session; the only page of those who must."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters

from apps.common.addresses import address_of_request
from apps.common.errors import DomainError
from apps.staff.services import authenticators
from apps.staff.services.logins import prove_identity
from back_office import inputs


class SetUpForm(forms.Form):
    """The password, for the desk may be left alone for a moment, and the app's first code."""

    password = inputs.secret("Your password")
    otp = inputs.line("The code that the app shows", required=True, longest=20)


@sensitive_post_parameters("password", "otp")
def set_up(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show the picture for the app; by POST, take its first code and show the recovery codes."""
    if not request.user.is_authenticated:
        return redirect("admin:login")
    user = request.user
    context = {**site_context, "title": "Authenticator app"}
    if authenticators.is_set_up(user):
        return _page(request, context)
    form = SetUpForm(request.POST if request.method == "POST" else None)
    codes = _confirm(request, user, form) if form.is_valid() else None
    if codes is not None:
        return _page(request, {**context, "codes": codes})
    # A form that was wrong goes on with the same picture; each new look makes another one.
    address = authenticators.pending_address(user) if form.is_bound else None
    address = address or authenticators.begin(user)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4)
    return _page(request, {**context, "form": form, "picture": picture, "address": address})


def _confirm(request: HttpRequest, user: User, form: SetUpForm) -> list[str] | None:
    """Return the recovery codes; None: it was refused, and the form says why."""
    try:
        prove_identity(
            username=user.get_username(),
            password=form.cleaned_data["password"],
            client_address=address_of_request(request),
        )
        return authenticators.confirm(user, form.cleaned_data["otp"])
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return None


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    response = TemplateResponse(request, "back_office/second_step.html", context)
    add_never_cache_headers(response)
    return response
