"""The site that the pages hang in: who is let in, and in whose time it is written."""

from __future__ import annotations

from functools import update_wrapper
from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from apps.common.security_headers import BACK_OFFICE, POLICY
from apps.staff.identity import StaffIdentity
from apps.staff.services.authenticators import must_set_up
from back_office.access import staff_of, zone_of
from back_office.login import OfficeLoginForm
from back_office.second_step import set_up


class OfficeSite(UnfoldAdminSite):
    """Lets in superusers, and people with the mark of staff who work at a hotel."""

    login_form = OfficeLoginForm
    login_template = "back_office/login.html"
    index_title = "Today"
    site_title = site_header = "Doorstep"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Answer whether this person has any business here."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        staff: StaffIdentity = staff_of(request)
        return staff.is_superuser or bool(staff.roles)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Serve ``view`` to those who are let in, in the time of their hotel."""
        guarded = super().admin_view(view, cacheable)

        def in_hotel_time(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                return under_policy(guarded(request, *args, **kwargs))
            if must_set_up(cast(User, request.user)) and not _is_log_out(request):
                return under_policy(redirect("admin:second-step"))
            with timezone.override(zone_of(request)):
                response = guarded(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()  # later, the zone would be another one
            return under_policy(response)

        return update_wrapper(in_hotel_time, view)

    def get_urls(self) -> list[Any]:
        """Return the site's addresses, and that of setting up an authenticator app."""
        return [path("second-step/", self.second_step, name="second-step"), *super().get_urls()]

    def second_step(self, request: HttpRequest) -> HttpResponse:
        """Let whoever is logged in set up an authenticator app."""
        return under_policy(set_up(request, self.each_context(request)))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the form, or let in."""
        response = under_policy(super().login(request, extra_context))
        form = (getattr(response, "context_data", None) or {}).get("form")
        wait = getattr(form, "retry_after_seconds", None)
        if wait is not None:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response["Retry-After"] = str(wait)
        return response


def _is_log_out(request: HttpRequest) -> bool:
    return request.path_info == reverse("admin:logout")


def under_policy(response: HttpResponse) -> HttpResponse:
    """Let the pages load what they are made of; what says otherwise for itself is left alone."""
    response.headers.setdefault(POLICY, BACK_OFFICE)
    return response


site = OfficeSite(name="admin")
