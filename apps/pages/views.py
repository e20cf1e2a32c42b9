"""The pages that come with the product: an example for guests' apps, and the REST operations."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.pages.policy import own_page


@require_safe
@own_page
def guest_page(request: HttpRequest) -> HttpResponse:
    """Show the guest's four steps, as an example for who writes an app. Raises Http404."""
    if not settings.DEMO_GUEST_PAGE:
        raise Http404
    return render(request, "pages/guest.html")


@require_safe
@own_page
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show the REST operations, drawn from the OpenAPI document."""
    return render(request, "pages/api_docs.html")
