"""Keys: what they open, for how long, how often, and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from apps.common.errors import Invalid
from apps.common.limits.rates import Rate
from apps.common.logs import mask
from apps.partners.api.base import PartnerView
from apps.partners.api.urls import urlpatterns
from apps.partners.errors import KeyEnded, KeyNotFound
from apps.partners.models import ApiKey, ApiKeyRecord
from apps.partners.scopes import READ_ONLY, Scope
from apps.partners.services.keys import revoke_key, rotate_key
from backend.demo.seed import SeedRequest, seed
from tests.factories.bookings import HotelFactory
from tests.factories.partners import calling_with, key_for, partner_of
from tests.factories.staff import logged_in, works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

PING = "/api/partner/v1/ping/"
DAY = timedelta(days=1)
CountQueries = Callable[[Callable[[], Any]], int]


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def opens(secret: str) -> bool:
    return calling_with(secret).get(PING).status_code == 200


# -- who comes in --------------------------------------------------------------------------------


def test_a_key_says_who_it_is(hotel: Hotel) -> None:
    other = HotelFactory()
    ends = timezone.now() + DAY
    issued = key_for(hotel, other, scopes=READ_ONLY, expires_at=ends)

    answer = calling_with(issued.secret).get(PING)

    said = answer.json()
    assert said["partner"] == "Lakeside PMS"
    assert said["prefix"] == issued.key.prefix
    assert said["scopes"] == ["codes:read", "reservations:read", "rooms:read"]
    assert {one["slug"] for one in said["hotels"]} == {hotel.slug, other.slug}
    assert said["expires_at"] is not None
    assert issued.secret not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Api-Key",
        "Api-Key nothing",
        "Api-Key " + "x" * 5000,
        "Api-Key \xff\xfe",
        "Bearer {secret}",
        "{secret}",
        "Api-Key {secret}x",
        "Api-Key {secret} {secret}",
    ],
)
def test_whatever_is_no_key_is_refused_alike(hotel: Hotel, header: str) -> None:
    secret = key_for(hotel).secret
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header.format(secret=secret))

    answer = client.get(PING)

    assert refusal(answer) == (401, "NOT_AUTHENTICATED")
    assert answer["WWW-Authenticate"] == "Api-Key"
    assert answer["X-Request-ID"]


def test_a_staff_login_is_no_key_and_a_key_is_no_staff_login(hotel: Hotel) -> None:
    staff, partner = logged_in(works_at(hotel)), partner_of(hotel)

    assert refusal(staff.get(PING)) == (401, "NOT_AUTHENTICATED")
    staff_door = f"/api/staff/hotels/{hotel.slug}/rooms/"
    assert refusal(partner.get(staff_door)) == (401, "NOT_AUTHENTICATED")


def test_every_door_says_which_scope_each_of_its_methods_asks_for() -> None:
    for pattern in urlpatterns:
        view: type[PartnerView] = pattern.callback.view_class  # type: ignore[attr-defined]
        handled = {
            name.upper()
            for name in ("get", "post", "put", "patch", "delete")
            if hasattr(view, name)
        }
        assert handled == set(view.needs), pattern.name


def test_errors_of_the_frameworks_have_the_envelope_too(hotel: Hotel) -> None:
    partner = partner_of(hotel)

    assert refusal(partner.post(PING)) == (405, "METHOD_NOT_ALLOWED")
    assert refusal(partner.get("/api/partner/v1/nothing/")) == (404, "NOT_FOUND")
    assert refusal(partner.get("/api/partner/v2/ping/")) == (404, "NOT_FOUND")


# -- the end of a key ----------------------------------------------------------------------------


def test_a_key_opens_nothing_from_its_end_on(hotel: Hotel) -> None:
    now = timezone.now()
    secret = key_for(hotel, expires_at=now + DAY).secret

    with time_machine.travel(now + DAY - timedelta(seconds=1), tick=False):
        assert opens(secret)
    with time_machine.travel(now + DAY, tick=False):
        assert not opens(secret)


def test_a_revoked_key_opens_nothing_and_revoking_again_is_the_same(hotel: Hotel) -> None:
    issued, other = key_for(hotel), key_for(hotel)

    revoke_key(prefix=issued.key.prefix, performed_by="tests")
    again = revoke_key(prefix=issued.key.prefix, performed_by="tests")

    assert not opens(issued.secret)
    assert opens(other.secret)
    assert again.records.filter(action="REVOKED").count() == 1
    with pytest.raises(KeyEnded):
        rotate_key(prefix=issued.key.prefix, overlap=DAY, performed_by="tests")
    with pytest.raises(KeyNotFound):
        revoke_key(prefix="00000000", performed_by="tests")


def test_a_successor_has_the_same_rights_and_both_open_during_the_overlap(hotel: Hotel) -> None:
    now = timezone.now()
    old = key_for(hotel, scopes=READ_ONLY)

    new = rotate_key(prefix=old.key.prefix, overlap=DAY, performed_by="tests")

    assert opens(old.secret)
    said = calling_with(new.secret).get(PING).json()
    assert said["scopes"] == sorted(READ_ONLY)
    assert [one["slug"] for one in said["hotels"]] == [hotel.slug]
    assert said["expires_at"] is None
    with time_machine.travel(now + DAY + timedelta(minutes=1)):
        assert not opens(old.secret)
        assert opens(new.secret)


def test_an_overlap_never_lengthens_a_key(hotel: Hotel) -> None:
    ends = timezone.now() + timedelta(hours=1)
    old = key_for(hotel, expires_at=ends)

    new = rotate_key(prefix=old.key.prefix, overlap=DAY, performed_by="tests")

    old.key.refresh_from_db()
    assert old.key.expires_at == ends
    assert new.key.expires_at is not None
    assert new.key.expires_at > ends
    with pytest.raises(Invalid):
        rotate_key(prefix=new.key.prefix, overlap=timedelta(days=-1), performed_by="tests")


def test_a_key_whose_hotels_are_gone_opens_nothing(hotel: Hotel) -> None:
    secret = key_for(hotel).secret

    hotel.delete()

    assert not opens(secret)


# -- what is kept --------------------------------------------------------------------------------


def test_a_key_is_kept_as_a_digest_and_what_was_done_with_it_is_recorded(hotel: Hotel) -> None:
    issued = key_for(hotel, scopes={Scope.READ_ROOMS})
    rotate_key(prefix=issued.key.prefix, overlap=DAY, performed_by="command:niamh")

    kept = str(list(ApiKey.objects.values())) + str(list(ApiKeyRecord.objects.values()))

    assert issued.secret not in kept
    assert issued.secret.split("_", 2)[2] not in kept
    assert issued.secret not in repr(issued)
    assert issued.secret not in mask(f"failed with {issued.secret}")
    done = list(issued.key.records.values_list("action", "performed_by"))
    assert done == [("CREATED", "tests"), ("ROTATED", "command:niamh")]


def test_the_last_use_is_written_now_and_then_and_not_at_each_request(
    hotel: Hotel, queries_of: CountQueries
) -> None:
    issued = key_for(hotel)
    partner = calling_with(issued.secret)

    first = queries_of(lambda: partner.get(PING))
    second = queries_of(lambda: partner.get(PING))

    assert (first, second) == (2, 1)
    issued.key.refresh_from_db()
    noted = issued.key.last_used_at
    assert noted is not None
    with time_machine.travel(noted + timedelta(minutes=6)):
        partner.get(PING)
    issued.key.refresh_from_db()
    assert issued.key.last_used_at != noted


def test_a_key_for_many_hotels_costs_no_more_queries(
    hotel: Hotel, queries_of: CountQueries
) -> None:
    partner = partner_of(*(HotelFactory() for _ in range(20)))
    partner.get(PING)

    assert queries_of(lambda: partner.get(PING)) == 1


# -- how often -----------------------------------------------------------------------------------


def test_answers_say_what_is_left_and_the_rest_is_refused(hotel: Hotel, settings: Settings) -> None:
    settings.RATE_LIMIT_PARTNER = Rate(3, 60)
    partner, other = partner_of(hotel), partner_of(hotel)

    answers = [partner.get(PING) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert all(0 < int(answer["RateLimit-Reset"]) <= 60 for answer in answers)
    assert refusal(answers[-1]) == (429, "RATE_LIMITED")
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert other.get(PING).status_code == 200


def test_without_a_limit_nothing_is_said_of_one(hotel: Hotel, settings: Settings) -> None:
    settings.RATE_LIMIT_PARTNER = Rate(0, 60)

    assert "RateLimit-Limit" not in partner_of(hotel).get(PING)


# -- the command ---------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("partner_keys", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_the_command_makes_lists_rotates_and_revokes(hotel: Hotel) -> None:
    made = ("--partner", "Lakeside PMS", "--hotel", hotel.slug, "--scope", "rooms:read")
    secret = run("create", *made)
    prefix = secret.split("_")[1]

    assert opens(secret)
    listed = run("list")
    assert json.loads(listed)["prefix"] == prefix
    assert secret not in listed
    successor = run("rotate", prefix, "--overlap-hours", "0")
    assert (opens(secret), opens(successor)) == (False, True)
    run("revoke", successor.split("_")[1])
    assert not opens(successor)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "--partner", "x", "--hotel", "nowhere", "--scope", "rooms:read"],
        ["create", "--partner", "x", "--hotel", "nowhere", "--scope", "everything"],
        ["revoke", "00000000"],
        ["rotate", "00000000"],
        [],
    ],
)
def test_the_command_refuses_what_is_not_there(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


# -- the demo ------------------------------------------------------------------------------------


def test_each_seeding_makes_two_keys_and_revokes_none_of_the_earlier_ones() -> None:
    earlier, later = (seed(SeedRequest(arriving=1, seats=10)).as_json() for _ in range(2))

    for summary in (earlier, later):
        whole = calling_with(summary["partner_api_key"]).get(PING).json()
        reading = calling_with(summary["partner_api_key_readonly"]).get(PING).json()
        assert set(whole["scopes"]) == set(Scope.values) - {"codes:reveal"}
        assert set(reading["scopes"]) == {"reservations:read", "rooms:read", "codes:read"}
        assert [hotel["slug"] for hotel in whole["hotels"]] == [summary["hotel"]["slug"]]
