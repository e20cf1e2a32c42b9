"""How staff come to the board: a session for the page, and short logins for its scripts.

The APIs take no cookies. So the page's session, the admin's or one of the login page here, does
nothing but hand out bearer tokens, each for minutes; they end with the session.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.addresses import address_of_request
from apps.common.api.exceptions import refusal_body
from apps.common.errors import NotAuthenticated, RateLimited
from apps.pages.policy import own_page
from apps.staff.errors import OtpNotSetUp
from apps.staff.services.authenticators import must_set_up
from apps.staff.services.logins import end_logins, open_login, prove_identity

LOGINS_OF_SESSION: Final = "board_logins"
MOST_REMEMBERED: Final = 30  # pages that one browser keeps open; older logins are over by then
LONGEST_NAME: Final = 150
LONGEST_PASSWORD: Final = 128
LONGEST_CODE: Final = 40


@sensitive_post_parameters("password", "otp")
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def log_in_page(request: HttpRequest) -> HttpResponse:
    """Ask who it is; lead on to where they wanted to go."""
    wanted = _own_address(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method != "POST":
        return render(request, "pages/login.html", {"next": wanted})
    try:
        login(request, _prove(request))
    except (NotAuthenticated, RateLimited) as refusal:
        shown = {"next": wanted, "problem": refusal.message, "name": request.POST.get("username")}
        page = render(request, "pages/login.html", shown, status=401)
        if isinstance(refusal, RateLimited):
            page.status_code = 429
            page["Retry-After"] = str(refusal.retry_after_seconds)
        return page
    return redirect(wanted)


@sensitive_variables("password")
def _prove(request: HttpRequest) -> User:
    """Raises NotAuthenticated, RateLimited."""
    username, password = (request.POST.get(name, "") for name in ("username", "password"))
    if "\0" in username or len(username) > LONGEST_NAME or len(password) > LONGEST_PASSWORD:
        raise NotAuthenticated("The username or the password is wrong.")
    return prove_identity(
        username=username,
        password=password,
        client_address=address_of_request(request),
        otp=request.POST.get("otp", "")[:LONGEST_CODE],
    )


def _own_address(request: HttpRequest, wanted: str) -> str:
    """Return the address if it is one of this host, else the board's."""
    is_own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_own else "/board/"


@require_POST
def log_out_page(request: HttpRequest) -> HttpResponse:
    """End the session, and what was handed out to it."""
    logout(request)
    return redirect("board-login")


@require_POST
@own_page
def board_token(request: HttpRequest) -> HttpResponse:
    """Hand the board a login of its own, for minutes; 401 once the session is over."""
    if not request.user.is_authenticated:
        return JsonResponse(refusal_body(NotAuthenticated()), status=401)
    if must_set_up(request.user):
        return JsonResponse(refusal_body(OtpNotSetUp()), status=403)
    lifetime = timedelta(minutes=settings.BOARD_TOKEN_MINUTES)
    opened = open_login(request.user, lifetime=lifetime)
    _remember(request.session, opened.digest)
    return JsonResponse({"token": opened.token, "expires_in": lifetime.total_seconds()})


def _remember(session: SessionBase, digest: str) -> None:
    """Note the login, so that it ends with the session."""
    known = session.get(LOGINS_OF_SESSION, [])
    session[LOGINS_OF_SESSION] = [*known, digest][-MOST_REMEMBERED:]


def end_with_session(*, request: HttpRequest | None, **_: Any) -> None:
    """End what was handed out to a session that ends, here or in the admin."""
    if request is not None:
        end_logins(request.session.get(LOGINS_OF_SESSION, []))
