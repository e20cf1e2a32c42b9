"""Where a hotel's guests open their stay: one whole address with one place for the key."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from apps.bookings.models import validate_guest_app_url


@pytest.mark.parametrize(
    "address",
    [
        "https://stay.example.com/#/{token}",
        "https://example.com/stay?key={token}&from=mail",
        "http://127.0.0.1:8000/api/stays/{token}/",
        "http://localhost:5173/{token}",
    ],
)
def test_a_whole_address_with_a_place_for_the_key_is_taken(address: str) -> None:
    validate_guest_app_url(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://stay.example.com/",
        "https://stay.example.com/{token}/{token}",
        "https://stay.example.com/{key}",
        "stay.example.com/{token}",
        "/api/stays/{token}/",
        "javascript:alert('{token}')",
        "https://[stay/{token}",
        "https:///{token}",
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        validate_guest_app_url(address)
