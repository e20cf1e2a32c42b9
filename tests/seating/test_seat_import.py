"""Blocking seats, and drawing an event's seats anew, while people have some of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from apps.common.errors import Invalid
from apps.common.models import Event
from apps.seating import errors
from apps.seating.changes import current_version, news_after
from apps.seating.map_files import read_map_file
from apps.seating.models import SeatingEvent
from apps.seating.selectors import OpenOrder, find_open_order
from apps.seating.services.blocks import BlockRequest, block_seats, unblock_seats
from apps.seating.services.orders import release_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.seat_import import ImportResult, import_seats
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.seating.waiting_selectors import get_open_entry
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.conftest import AskGraphQL
from tests.factories.seating import HOLDER, SeatingEventFactory, choose, picture, statuses
from tests.factories.staff import works_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=6)
    return made


def sell(event: SeatingEvent, *labels: str) -> OpenOrder:
    return submit_payment_proof(order_token=choose(event, *labels).token, file=picture())


def block(event: SeatingEvent, *labels: str, reason: str = "Camera") -> list[str]:
    request = BlockRequest(event=event, labels=labels, reason=reason, performed_by="staff:desk")
    return block_seats(request)


def unblock(event: SeatingEvent, *labels: str) -> list[str]:
    return unblock_seats(BlockRequest(event=event, labels=labels, performed_by="staff:desk"))


def draw(event: SeatingEvent, *lines: str, **more: Any) -> ImportResult:
    content = "\n".join(["row,number,price", *lines]).encode()
    return import_seats(event, read_map_file(content), performed_by="staff:desk", **more)


# -- blocking --------------------------------------------------------------------------------------


def test_blocked_seats_are_off_sale_and_told(event: SeatingEvent) -> None:
    assert block(event, "A-1", "A-2") == ["A-1", "A-2"]

    assert statuses(event)["A-1"] == "BLOCKED"
    assert [s.status for s in news_after(event.pk, 0)[0].seats] == ["BLOCKED", "BLOCKED"]
    with pytest.raises(errors.SeatsTaken):
        choose(event, "A-1")
    block(event, "A-1", reason="Two cameras")
    assert current_version(event.pk) == 1
    assert event.seats.get(label="A-1").blocked_reason == "Two cameras"

    unblock(event, "A-1", "A-3")
    assert statuses(event)["A-1"] == "AVAILABLE"
    assert [s.label for s in news_after(event.pk, 1)[0].seats] == ["A-1"]
    told = Event.objects.order_by("number")
    assert [row.name for row in told] == ["seats-blocked"] * 2 + ["seats-unblocked"]
    assert told[0].data["performed_by"] == "staff:desk"


def test_what_is_somebodys_is_not_blocked(event: SeatingEvent) -> None:
    sell(event, "A-1")
    with pytest.raises(errors.SeatsTaken) as refusal:
        block(event, "A-1", "A-2")
    assert refusal.value.labels == ["A-1"]
    assert statuses(event)["A-2"] == "AVAILABLE"


def test_a_chosen_seat_that_was_blocked_is_not_paid_for(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    block(event, "A-1")
    with pytest.raises(errors.SeatsTaken):
        submit_payment_proof(order_token=opened.token, file=picture())


def test_unblocked_seats_go_to_whoever_waits(event: SeatingEvent) -> None:
    block(event, *[f"A-{n}" for n in range(1, 7)])
    entry = join_waiting_list(WaitingRequest(event_slug=event.slug, quantity=1, holder=HOLDER))
    unblock(event, "A-4")
    assert get_open_entry(entry.token).status == "OFFERED"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\x00b"])
def test_a_block_has_a_reason(event: SeatingEvent, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        block(event, "A-1", reason=reason)
    assert refusal.value.field == "reason"


def test_unknown_seats_are_not_blocked(event: SeatingEvent) -> None:
    with pytest.raises(errors.SeatNotFound):
        block(event, "A-1", "Z-1")
    assert statuses(event)["A-1"] == "AVAILABLE"


# -- drawing ---------------------------------------------------------------------------------------


def test_the_event_has_the_drawn_seats_and_no_others(event: SeatingEvent) -> None:
    done = draw(event, "A,1,30", "A,2,35", "B,1,12.50")

    assert (done.added, done.changed, done.removed) == (1, 2, 4)
    assert (done.version, done.chart_version) == (1, 2)
    assert set(statuses(event)) == {"A-1", "A-2", "B-1"}
    assert str(event.seats.get(label="A-2").price) == "35.00"
    assert [section.name for section in event.sections.all()] == ["Main"]
    (news,) = news_after(event.pk, 0)
    assert (news.version, news.resync, list(news.seats)) == (1, True, [])


def test_the_same_drawing_again_changes_nothing(event: SeatingEvent) -> None:
    draw(event, "A,1,30")
    done = draw(event, "A,1,30")
    assert (done.added, done.changed, done.removed) == (0, 0, 0)
    assert (done.version, done.chart_version) == (1, 2)


@pytest.mark.parametrize("is_exclusive", [False, True])
def test_a_seat_that_is_somebodys_stays(is_exclusive: bool) -> None:
    event = SeatingEventFactory(seats=6, exclusive=is_exclusive)
    opened = choose(event, "A-1")
    if not is_exclusive:
        submit_payment_proof(order_token=opened.token, file=picture())

    with pytest.raises(errors.SeatsInUse) as refusal:
        draw(event, "A,2,30", "C,9,30")

    assert (refusal.value.code, refusal.value.labels) == ("SEATS_TAKEN", ["A-1"])
    assert len(statuses(event)) == 6
    assert SeatingEvent.objects.get(pk=event.pk).chart_version == 1
    draw(event, "A,1,99")
    order = find_open_order(opened.token)
    assert order is not None
    assert str(order.order.allocations.get().price) == "30.00"


def test_a_seat_with_a_past_is_retired_and_may_come_back() -> None:
    event = SeatingEventFactory(seats=6, exclusive=True)
    opened = choose(event, "A-1")
    release_seats(order_token=opened.token)

    assert draw(event, "A,2,30").removed == 5
    assert set(statuses(event)) == {"A-2"}
    with pytest.raises(errors.SeatNotFound):
        choose(event, "A-1")
    order = find_open_order(opened.token)
    assert order is not None
    assert order.order.allocations.get().seat.label == "A-1"

    assert draw(event, "A,1,30", "A,2,30").added == 1
    choose(event, "A-1")


def test_blocked_seats_stay_blocked(event: SeatingEvent) -> None:
    block(event, "A-1")
    draw(event, "A,1,30", "A,2,30")
    assert statuses(event) == {"A-1": "BLOCKED", "A-2": "AVAILABLE"}


def test_new_seats_go_to_whoever_waits(event: SeatingEvent) -> None:
    sell(event, *[f"A-{n}" for n in range(1, 7)])
    entry = join_waiting_list(WaitingRequest(event_slug=event.slug, quantity=2, holder=HOLDER))
    draw(event, *[f"A,{n},30" for n in range(1, 10)])
    assert get_open_entry(entry.token).status == "OFFERED"
    assert list(statuses(event).values()).count("HELD") == 2


def test_a_dry_run_only_says(event: SeatingEvent) -> None:
    done = draw(event, "B,1,30", is_dry_run=True)
    assert (done.added, done.removed, done.is_dry_run, done.version) == (1, 6, True, 0)
    assert len(statuses(event)) == 6


def test_a_large_house_is_drawn(event: SeatingEvent) -> None:
    done = draw(event, *[f"R{row},{n},30" for row in range(30) for n in range(1, 51)])
    assert done.added == 1500
    assert len(statuses(event)) == 1500


# -- the doors -------------------------------------------------------------------------------------


def as_staff(client: Client, event: SeatingEvent, role: Role) -> str:
    login = open_login(works_at(event.hotel, role))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {login.token}"
    return f"/api/staff/hotels/{event.hotel.slug}/seating-events/{event.slug}"


def test_blocking_over_rest_and_graphql(
    client: Client, gql: AskGraphQL, event: SeatingEvent
) -> None:
    desk = as_staff(client, event, Role.FRONT_DESK)
    body = {"labels": ["A-1"], "reason": "Camera"}
    done = client.post(f"{desk}/seats/block/", body, content_type="application/json")
    assert (done.status_code, done.json()) == (200, {"labels": ["A-1"], "version": 1})
    done = client.post(f"{desk}/seats/unblock/", body, content_type="application/json")
    assert done.json()["version"] == 2

    mutation = """mutation($input: BlockSeatsInput!) { blockSeats(input: $input) {
      ... on SeatBlock { labels version } ... on Problem { code field } } }"""
    answer = gql(mutation, input={"eventSlug": event.slug, **body})["data"]["blockSeats"]
    assert answer == {"labels": ["A-1"], "version": 3}
    wrong = gql(mutation, input={"eventSlug": event.slug, "labels": ["A-1"], "reason": ""})
    assert wrong["data"]["blockSeats"] == {"code": "VALIDATION_ERROR", "field": "reason"}


def upload(client: Client, desk: str, content: bytes, **more: Any) -> Any:
    return client.post(f"{desk}/seat-map/", {"file": SimpleUploadedFile("m", content), **more})


def test_drawing_over_rest(client: Client, event: SeatingEvent) -> None:
    desk = as_staff(client, event, Role.MANAGER)
    tried = upload(client, desk, b"row,number,price\nA,1,30\n", dry_run="true")
    assert (tried.status_code, tried.json()["is_dry_run"]) == (200, True)
    done = upload(client, desk, b"row,number,price\nA,1,30\n").json()
    assert (done["removed"], done["chart_version"]) == (5, 2)

    wrong = upload(client, desk, b"row,number,price\nA,x,30\n")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert wrong.json()["error"]["fields"]["lines"][0]["line"] == 2
    large = upload(client, desk, b" " * 5_000_001)
    assert (large.status_code, large.json()["error"]["code"]) == (413, "FILE_TOO_LARGE")


def test_only_the_hotels_own_people(client: Client, event: SeatingEvent) -> None:
    desk = as_staff(client, event, Role.FRONT_DESK)
    assert upload(client, desk, b"").status_code == 403  # managers draw
    as_staff(client, SeatingEventFactory(), Role.MANAGER)
    assert upload(client, desk, b"").status_code == 403
    foreign = SeatingEventFactory()
    own = as_staff(client, event, Role.MANAGER).replace(event.slug, foreign.slug)
    assert upload(client, own, b"").json()["error"]["code"] == "EVENT_NOT_FOUND"
    del client.defaults["HTTP_AUTHORIZATION"]
    assert upload(client, desk, b"").status_code == 401


def test_the_command(event: SeatingEvent, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "map.csv"
    file.write_text("row,number,price\nA,1,30\n")
    call_command("import_seat_map", event.slug, str(file))
    assert "0 seats added" in capsys.readouterr().out
    assert set(statuses(event)) == {"A-1"}

    file.write_text("row,number,price\nA,x,30\n")
    with pytest.raises(CommandError, match="line 2: number"):
        call_command("import_seat_map", event.slug, str(file))
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_seat_map", event.slug, str(tmp_path / "none.csv"))
