"""The live board: a page around what its scripts ask for."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.bookings.models import Hotel
from apps.bookings.selectors import list_hotels_of
from apps.pages.policy import own_page
from apps.staff.selectors import identity_of
from apps.staff.services.authenticators import must_set_up


@require_safe
@own_page
def choose_hotel(request: HttpRequest) -> HttpResponse:
    """Lead to the board of one's hotel, or let people choose who have several."""
    if not request.user.is_authenticated:
        return _to_login(request)
    if must_set_up(request.user):
        return redirect("admin:second-step")
    hotels = _hotels(request)
    if len(hotels) == 1:
        return redirect("board", hotels[0].slug)
    return render(request, "pages/hotels.html", {"hotels": hotels})


@require_safe
@own_page
def board(request: HttpRequest, hotel_slug: str) -> HttpResponse:
    """Show the board of a hotel of one's own. Raises Http404."""
    if not request.user.is_authenticated:
        return _to_login(request)
    if must_set_up(request.user):
        return redirect("admin:second-step")
    hotels = _hotels(request)
    hotel = next((hotel for hotel in hotels if hotel.slug == hotel_slug), None)
    if hotel is None:
        raise Http404
    return render(request, "pages/board.html", {"hotel": hotel, "hotels": hotels})


def _hotels(request: HttpRequest) -> list[Hotel]:
    return list(list_hotels_of(identity_of(cast(User, request.user))))


def _to_login(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('board-login')}?{urlencode({'next': request.path})}")
