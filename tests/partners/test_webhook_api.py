"""The doors to webhooks: what a key may see and change, and what a secret is shown for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from apps.bookings.models import Hotel
from apps.common.models import Alert, Event
from apps.partners.models import (
    DeliveryState,
    DisabledBecause,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookTry,
)
from apps.partners.scopes import READ_ONLY
from apps.partners.services.webhook_endpoints import MOST_ENDPOINTS, OVERLAP
from apps.partners.services.webhook_redelivery import forget_deliveries
from tests.background import run_due_jobs
from tests.erasure import places_of
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.partners import calling_with, key_for, partner_of
from tests.factories.webhooks import happen
from tests.partners.receiver import Receiver, Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]

BASE = "/api/partner/v1/"
ENDPOINTS = f"{BASE}webhook-endpoints/"
DELIVERIES = f"{BASE}webhook-deliveries/"
EVENTS = f"{BASE}events/"
TYPES = ["room.status_changed", "booking.updated"]


def set_up(client: Any, receiver: Receiver, **more: Any) -> dict[str, Any]:
    body = {"url": receiver.url(), "event_types": TYPES, **more}
    answer = client.post(ENDPOINTS, body, format="json")
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def news(hotel: Hotel) -> None:
    happen(hotel, "room-status-changed", room_number=101)


def test_only_setting_up_shows_the_secret(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    made = set_up(client, receiver)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made["event_types"] == ["booking.updated", "room.status_changed"]
    assert made["hotel_slugs"] == [hotel.slug]
    one = f"{ENDPOINTS}{made['id']}/"
    assert client.get(one).json() == made
    assert client.get(ENDPOINTS).json()["results"] == [made]
    changed = client.patch(one, {"description": "x"}, format="json").json()
    assert changed == {**made, "description": "x"}
    run_due_jobs()
    assert receiver.heard == []


def test_the_secret_and_the_address_lie_encrypted(hotel: Hotel, receiver: Receiver) -> None:
    made = set_up(partner_of(hotel), receiver, url=receiver.url(path="/hooks?key=s3cr3t"))
    table = WebhookEndpoint._meta.db_table
    stored = WebhookEndpoint.objects.extra(select={"raw": "secret", "raw_url": "url"}).get()
    assert made["secret"] not in stored.raw
    assert "s3cr3t" not in stored.raw_url
    assert places_of("s3cr3t") == [f"{table}.url"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event_types": TYPES}, "url"),
        ({"url": "https://127.0.0.1/hooks", "event_types": TYPES}, "url"),
        ({"url": "http://93.184.215.14/hooks", "event_types": TYPES}, "url"),
        ({"url": "https://10.1.2.3/", "event_types": TYPES}, "url"),
        ({"url": "https://localhost/", "event_types": TYPES}, "url"),
        ({"url": None, "event_types": TYPES}, "url"),
        ({"url": "https://93.184.215.14/", "event_types": []}, "event_types"),
        ({"url": "https://93.184.215.14/", "event_types": ["guest.named"]}, "event_types.0"),
        ({"url": "https://93.184.215.14/", "event_types": ["webhook.test"]}, "event_types.0"),
        ({"url": "https://93.184.215.14/"}, "event_types"),
        (
            {"url": "https://93.184.215.14/", "event_types": TYPES, "hotel_slugs": ["other"]},
            "hotel_slugs",
        ),
        ({"url": "https://93.184.215.14/", "event_types": TYPES, "hotel_slugs": []}, "hotel_slugs"),
        (
            {"url": "https://93.184.215.14/", "event_types": TYPES, "description": "x" * 121},
            "description",
        ),
    ],
)
def test_what_can_be_no_endpoint_is_refused_by_its_field(
    hotel: Hotel, settings: Settings, body: dict[str, Any], field: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    answer = partner_of(hotel).post(ENDPOINTS, body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]
    assert not WebhookEndpoint.objects.exists()


def test_a_public_address_can_be_set_up(hotel: Hotel, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    body = {"url": "https://93.184.215.14/hooks", "event_types": TYPES}
    assert partner_of(hotel).post(ENDPOINTS, body, format="json").status_code == 201


def test_there_is_an_end_to_how_many(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    first = WebhookEndpoint.objects.get(pk=set_up(client, receiver)["id"])
    WebhookEndpoint.objects.bulk_create(
        WebhookEndpoint(partner=first.partner, url=first.url, secret=first.secret)
        for _ in range(MOST_ENDPOINTS - 1)
    )
    body = {"url": receiver.url(), "event_types": TYPES}
    assert client.post(ENDPOINTS, body, format="json").status_code == 409


def doors(endpoint: str, delivery: int) -> list[tuple[str, str]]:
    one, sent = f"{ENDPOINTS}{endpoint}/", f"{DELIVERIES}{delivery}/"
    return [
        ("get", one),
        ("patch", one),
        ("put", one),
        ("delete", one),
        ("post", f"{one}rotate-secret/"),
        ("post", f"{one}test/"),
        ("post", f"{one}redeliver/"),
        ("get", sent),
        ("post", f"{sent}redeliver/"),
    ]


def test_another_partners_and_another_hotels_read_like_what_is_not_there(
    hotel: Hotel, receiver: Receiver
) -> None:
    other = HotelFactory()
    made = set_up(partner_of(hotel, other), receiver)
    news(hotel)
    run_due_jobs()
    delivery = WebhookDelivery.objects.get()
    same_hotels = calling_with(key_for(hotel, other, partner="Another PMS").secret)
    fewer_hotels = partner_of(hotel)
    body = {"url": receiver.url(), "event_types": TYPES, "since": "2026-01-01T00:00:00Z"}
    for client in (same_hotels, fewer_hotels):
        assert client.get(ENDPOINTS).json()["results"] == []
        assert client.get(DELIVERIES).json()["results"] == []
        for method, door in doors(made["id"], delivery.pk):
            answer = getattr(client, method)(door, body, format="json")
            assert (door, answer.status_code) == (door, 404)
    assert WebhookEndpoint.objects.count() == 1


def test_every_door_asks_for_the_scope(hotel: Hotel, receiver: Receiver) -> None:
    made = set_up(partner_of(hotel), receiver)
    reading = partner_of(hotel, scopes=READ_ONLY)
    lists = [("get", ENDPOINTS), ("post", ENDPOINTS), ("get", DELIVERIES), ("get", EVENTS)]
    for method, door in lists + doors(made["id"], 1):
        assert getattr(reading, method)(door, {}, format="json").status_code == 403


def test_a_test_webhook_is_sent_on_request(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    made = set_up(client, receiver)
    answer = client.post(f"{ENDPOINTS}{made['id']}/test/")
    assert answer.status_code == 202
    run_due_jobs()
    (heard,) = receiver.heard
    body = Webhook(made["secret"]).verify(heard.body, dict(heard.headers))
    assert (body["type"], body["data"]) == ("webhook.test", {"endpoint_id": made["id"]})
    shown = client.get(f"{DELIVERIES}{answer.json()['id']}/").json()
    assert (shown["state"], shown["body"]) == ("DELIVERED", heard.body)
    assert [attempt["status"] for attempt in shown["attempts"]] == [204]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    made = set_up(client, receiver)
    test = f"{ENDPOINTS}{made['id']}/test/"
    rotated = client.post(f"{ENDPOINTS}{made['id']}/rotate-secret/").json()
    assert rotated["secret"] != made["secret"]
    client.post(test)
    run_due_jobs()
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(receiver.heard[0].body, dict(receiver.heard[0].headers))
    with time_machine.travel(timezone.now() + OVERLAP, tick=False):
        client.post(test)
        run_due_jobs()
        assert len(receiver.heard[1].headers["webhook-signature"].split()) == 1
        forget_deliveries(timezone.now())
    assert WebhookEndpoint.objects.get().previous_secret == ""


def test_switched_off_nothing_is_sent_and_switched_on_nothing_is_missed(
    hotel: Hotel, receiver: Receiver
) -> None:
    client = partner_of(hotel)
    one = f"{ENDPOINTS}{set_up(client, receiver)['id']}/"
    off = client.patch(one, {"is_enabled": False}, format="json").json()
    assert (off["is_enabled"], off["disabled_because"]) == (False, DisabledBecause.ASKED)
    news(hotel)
    run_due_jobs()
    assert client.post(f"{one}test/").status_code == 409
    assert receiver.heard == []
    client.patch(one, {"is_enabled": True}, format="json")
    run_due_jobs()
    assert len(receiver.heard) == 1


def test_switched_on_again_what_failed_is_sent_at_once(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    one = f"{ENDPOINTS}{set_up(client, receiver)['id']}/"
    receiver.replies = lambda _: Reply(status=410)
    news(hotel)
    run_due_jobs()
    assert client.get(one).json()["disabled_because"] == DisabledBecause.GONE
    receiver.replies = lambda _: Reply()
    shown = client.patch(one, {"is_enabled": True}, format="json").json()
    assert (shown["disabled_because"], shown["failing_since"]) == (None, None)
    run_due_jobs()
    assert len(receiver.heard) == 2
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED
    assert not Alert.objects.filter(closed_at=None).exists()


def test_replacing_sets_what_is_left_out_to_its_default(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    one = f"{ENDPOINTS}{set_up(client, receiver, description='old')['id']}/"
    body = {"url": receiver.url(path="/new"), "event_types": ["booking.created"]}
    replaced = client.put(one, body, format="json").json()
    assert replaced["url"].endswith("/new")
    assert (replaced["event_types"], replaced["description"]) == (["booking.created"], "")


def test_a_deleted_endpoint_takes_its_deliveries_with_it(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    one = f"{ENDPOINTS}{set_up(client, receiver)['id']}/"
    news(hotel)
    run_due_jobs()
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
    assert not WebhookDelivery.objects.exists()


def test_deliveries_are_listed_by_what_is_asked_for(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    made = set_up(client, receiver)
    news(hotel)
    client.post(f"{ENDPOINTS}{made['id']}/test/")
    run_due_jobs()
    receiver.replies = lambda _: Reply(status=500)
    news(hotel)
    run_due_jobs()

    def count(**query: Any) -> int:
        return len(client.get(DELIVERIES, query).json()["results"])

    assert count() == 3
    assert count(state="PENDING") == 1
    assert count(type="webhook.test") == 1
    assert count(endpoint_id=made["id"]) == 3
    assert count(message_id=WebhookDelivery.objects.latest("pk").message_id) == 1
    assert count(until="2026-01-01T00:00:00Z") == 0
    assert client.get(DELIVERIES, {"state": "LOST"}).status_code == 400


def test_listing_deliveries_costs_the_same_for_one_and_for_many(
    hotel: Hotel, receiver: Receiver, queries_of: Any
) -> None:
    client = partner_of(hotel)
    set_up(client, receiver)
    news(hotel)
    run_due_jobs()
    client.get(DELIVERIES)
    one = queries_of(lambda: client.get(DELIVERIES))
    for _ in range(5):
        news(hotel)
    run_due_jobs()
    assert queries_of(lambda: client.get(DELIVERIES)) == one


def test_one_delivery_is_sent_again_whatever_became_of_it(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    set_up(client, receiver)
    news(hotel)
    run_due_jobs()
    delivery = WebhookDelivery.objects.get()
    answer = client.post(f"{DELIVERIES}{delivery.pk}/redeliver/")
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING")
    run_due_jobs()
    first, second = receiver.heard
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert WebhookTry.objects.count() == 2


def test_a_time_is_sent_again_also_from_before_the_endpoint_was_there(
    hotel: Hotel, receiver: Receiver
) -> None:
    client = partner_of(hotel)
    since = timezone.now()
    news(hotel)
    door = f"{ENDPOINTS}{set_up(client, receiver)['id']}/redeliver/"
    news(hotel)
    run_due_jobs()
    assert len(receiver.heard) == 1
    answer = client.post(door, {"since": since.isoformat()}, format="json")
    assert answer.json() == {"count": 1}, "what was taken is left out"
    run_due_jobs()
    answer = client.post(door, {"since": since.isoformat(), "only_missing": False}, format="json")
    assert answer.json() == {"count": 2}
    run_due_jobs()
    assert len(receiver.heard) == 4
    backwards = {"since": since.isoformat(), "until": since.isoformat()}
    assert client.post(door, backwards, format="json").status_code == 400


def test_events_are_the_bodies_of_webhooks(hotel: Hotel, receiver: Receiver) -> None:
    client = partner_of(hotel)
    set_up(client, receiver)
    booking = BookingFactory(hotel=hotel)
    happen(hotel, "message-received", booking_id=booking.booking_id)
    happen(hotel, "booking-updated", booking_id=booking.booking_id, performed_by="Mary")
    run_due_jobs()
    page = client.get(EVENTS).json()
    (event,) = page["results"]
    (heard,) = receiver.heard
    assert heard.headers["webhook-id"] == event.pop("id")
    assert (
        Webhook(WebhookEndpoint.objects.get().secret).verify(heard.body, dict(heard.headers))
        == event
    )
    assert event["data"]["booking_reference"] == booking.booking_reference


def test_a_reader_of_events_goes_on_where_it_was(hotel: Hotel) -> None:
    client = partner_of(hotel)
    for _ in range(5):
        news(hotel)
    happen(hotel, "messages-read")
    seen: list[int] = []
    address: str | None = f"{EVENTS}?limit=2"
    while address:
        page = client.get(address).json()
        seen += [event["data"]["sequence"] for event in page["results"]]
        address = page["next"]
    assert seen == [1, 2, 3, 4, 5]
    assert page["last"] == f"evt_{hotel.pk}_6", "also past what is told to nobody"
    news(hotel)
    for after in (page["last"], "6"):
        later = client.get(EVENTS, {"after": after}).json()
        assert [event["data"]["sequence"] for event in later["results"]] == [7]


def test_a_reader_hears_that_the_log_has_forgotten(hotel: Hotel) -> None:
    client = partner_of(hotel)
    for _ in range(4):
        news(hotel)
    Event.objects.filter(number__lte=2).delete()
    assert client.get(EVENTS, {"after": "1"}).json()["is_incomplete"] is True
    assert client.get(EVENTS, {"after": "2"}).json()["is_incomplete"] is False
    assert client.get(EVENTS, {"after": "4"}).json()["is_incomplete"] is False
    assert client.get(EVENTS, {"after": "9"}).json()["is_incomplete"] is True


def test_a_key_for_several_hotels_says_which(hotel: Hotel) -> None:
    other, foreign = HotelFactory(), HotelFactory()
    client = partner_of(hotel, other)
    for one in (hotel, other, foreign):
        news(one)
    assert client.get(EVENTS).status_code == 400
    assert client.get(EVENTS, {"hotel_slug": foreign.slug}).status_code == 400
    assert client.get(EVENTS, {"after": f"evt_{foreign.pk}_0"}).status_code == 400
    assert client.get(EVENTS, {"after": "soon", "hotel_slug": hotel.slug}).status_code == 400
    by_slug = client.get(EVENTS, {"hotel_slug": other.slug}).json()
    assert [event["data"]["hotel_slug"] for event in by_slug["results"]] == [other.slug]
    assert client.get(EVENTS, {"after": f"evt_{other.pk}_0"}).json() == by_slug


def test_deliveries_are_kept_for_a_while(hotel: Hotel, receiver: Receiver) -> None:
    set_up(partner_of(hotel), receiver)
    news(hotel)
    run_due_jobs()
    assert not forget_deliveries(timezone.now() + timedelta(days=30) - timedelta(minutes=1))
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED
    forget_deliveries(timezone.now() + timedelta(days=30) + timedelta(minutes=1))
    assert not WebhookDelivery.objects.exists()
