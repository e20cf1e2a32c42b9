"""Addresses of the pages."""

from django.urls import path

from apps.pages.board import board, choose_hotel
from apps.pages.entrance import board_token, log_in_page, log_out_page
from apps.pages.views import guest_page

urlpatterns = [
    path("board/", choose_hotel, name="board-hotels"),
    path("board/login/", log_in_page, name="board-login"),
    path("board/logout/", log_out_page, name="board-logout"),
    path("board/token/", board_token, name="board-token"),
    path("board/hotels/<slug:hotel_slug>/", board, name="board"),
    path("demo/guest/", guest_page, name="guest-page"),
]
