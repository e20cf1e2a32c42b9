"""Keys in the back office: made, replaced and revoked by the platform's people, shown once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from apps.bookings.models import Hotel
from apps.partners.models import ApiKey
from tests.factories.bookings import HotelFactory
from tests.factories.office import at_the_desk, of_the_platform
from tests.factories.partners import calling_with, key_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

PING = "/api/partner/v1/ping/"


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def deed(row: Model, name: str) -> str:
    label = row._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{label}_deed", args=[row.pk, name])


def key_on(answer: Any) -> str:
    """The key that a page shows."""
    text = answer.content.decode()
    start = text.index("dsk_")
    end = next(place for place in range(start, len(text)) if text[place] in "< \n")
    return text[start:end]


def opens(secret: str) -> bool:
    return calling_with(secret).get(PING).status_code == 200


def test_a_key_is_made_for_a_hotel_and_shown_once(hotel: Hotel) -> None:
    typed = {"partner": "Lakeside PMS", "name": "sync", "scopes": ["rooms:read", "codes:read"]}
    office = of_the_platform()

    answer = office.post(deed(hotel, "partner-key"), typed)

    secret = key_on(answer)
    said = calling_with(secret).get(PING).json()
    assert said["scopes"] == ["codes:read", "rooms:read"]
    assert [one["slug"] for one in said["hotels"]] == [hotel.slug]
    key = ApiKey.objects.get()
    assert key.records.get().performed_by.startswith("staff:")
    for page in ("changelist", "change"):
        args = [key.pk] if page == "change" else []
        shown = office.get(reverse(f"admin:partners_apikey_{page}", args=args)).content.decode()
        assert key.prefix in shown
        assert secret not in shown
        assert key.digest not in shown


def test_a_key_is_replaced_and_revoked(hotel: Hotel) -> None:
    old, office = key_for(hotel), of_the_platform()

    new = key_on(office.post(deed(old.key, "rotate"), {"hours": "24"}))
    both = (opens(old.secret), opens(new))
    office.post(deed(old.key, "revoke"), {})
    again = office.post(deed(old.key, "rotate"), {"hours": "0"})

    assert both == (True, True)
    assert (opens(old.secret), opens(new)) == (False, True)
    assert "dsk_" not in again.content.decode()


def test_a_hotels_manager_sees_its_keys_and_changes_none(hotel: Hotel) -> None:
    own, foreign = key_for(hotel), key_for(HotelFactory())
    desk = at_the_desk(hotel)

    page = desk.get(reverse("admin:partners_apikey_changelist")).content.decode()

    assert own.key.prefix in page
    assert foreign.key.prefix not in page
    assert desk.post(deed(own.key, "revoke"), {}).status_code == 403
    assert desk.post(deed(hotel, "partner-key"), {}).status_code == 403
    assert desk.post(deed(foreign.key, "revoke"), {}).status_code == 404
    assert opens(own.secret)
    assert opens(foreign.secret)
