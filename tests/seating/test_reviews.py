"""The review of payments: what is odd about them, who is reminded, who is told, who may look."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.common.errors import Invalid
from apps.common.languages import Language
from apps.common.models import Alert
from apps.common.notices.models import Notice
from apps.common.notices.wording import word
from apps.seating import errors
from apps.seating.changes import KEPT, forget_changes, news_after
from apps.seating.models import PaymentProof, SeatingEvent, SeatOrder
from apps.seating.notice_texts import CATALOGUES
from apps.seating.selectors import OpenOrder, get_open_order, list_orders
from apps.seating.services.holders import Holder
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import (
    Review,
    approve_payment,
    record_payment,
    reject_payment,
    reopen_order,
)
from apps.seating.states import OrderStatus, PaymentMark
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.background import run_due_jobs
from tests.conftest import AskGraphQL
from tests.factories.seating import (
    SeatingEventFactory,
    choose,
    choose_instead,
    picture,
    statuses,
)
from tests.factories.staff import works_at
from tests.seating.test_proof_files import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=6)
    return made


def pay(opened: OpenOrder, shade: int = 7) -> OpenOrder:
    return submit_payment_proof(order_token=opened.token, file=picture(shade=shade))


def review_of(opened: OpenOrder, **more: Any) -> Review:
    return Review(order_pk=opened.order.pk, reviewed_by="staff:desk", **more)


def now(opened: OpenOrder) -> SeatOrder:
    return get_open_order(opened.token).order


def told(opened: OpenOrder) -> list[str]:
    """What the holder is told of an order, in order."""
    notices = Notice.objects.filter(subject=opened.order.number).order_by("asked_at")
    return [notice.template for notice in notices]


# -- what is odd -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "mark"), [("60.00", ""), ("59.99", "UNDERPAID"), ("60.01", "OVERPAID")]
)
def test_what_came_in_is_held_against_the_total(
    event: SeatingEvent, received: str, mark: str
) -> None:
    opened = pay(choose(event, "A-1", "A-2"))

    record_payment(review_of(opened), received=Decimal(received))

    assert (now(opened).mark, now(opened).status) == (mark, "AWAITING_REVIEW")
    assert [row.pk for row in list_orders(event, mark=PaymentMark.UNDERPAID)] == (
        [opened.order.pk] if mark == "UNDERPAID" else []
    )
    assert ("seats_payment_differs" in told(opened)) is bool(mark)
    version = now(opened).version
    record_payment(review_of(opened), received=Decimal(received))
    assert now(opened).version == version


@pytest.mark.parametrize("received", ["-1", "NaN", "1.234", "1e20"])
def test_an_amount_is_an_amount(event: SeatingEvent, received: str) -> None:
    opened = pay(choose(event, "A-1"))
    with pytest.raises(Invalid):
        record_payment(review_of(opened), received=Decimal(received))


def test_amounts_are_noted_while_the_review_is_open(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    with pytest.raises(errors.OrderClosed):
        record_payment(review_of(opened), received=Decimal(30))
    pay(opened)
    with pytest.raises(errors.StaleVersion):
        record_payment(review_of(opened, expected_version=1), received=Decimal(30))


def test_paid_but_the_seats_are_gone(event: SeatingEvent) -> None:
    late = choose(event, "A-1")
    pay(choose(event, "A-1"))

    for _ in range(2):
        with pytest.raises(errors.SeatsTaken):
            pay(late, shade=9)

    assert now(late).mark == PaymentMark.SEATS_GONE
    assert now(late).version == 2
    assert list(list_orders(event, mark=PaymentMark.SEATS_GONE)) == [now(late)]


def test_a_mark_goes_with_a_proof_that_is_taken(event: SeatingEvent) -> None:
    late = choose(event, "A-1")
    pay(choose(event, "A-1"))
    with pytest.raises(errors.SeatsTaken):
        pay(late)
    pay(choose_instead(late, "A-2"))
    assert now(late).mark == ""


def test_a_proof_that_came_too_late(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        with pytest.raises(errors.OrderExpired):
            pay(opened)
        assert list(list_orders(event, mark=PaymentMark.LATE)) == [now(opened)]


# -- opened again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_exclusive", [False, True])
@pytest.mark.parametrize("is_tidied", [False, True])
def test_a_late_payers_order_is_opened_again(is_exclusive: bool, is_tidied: bool) -> None:
    event = SeatingEventFactory(seats=6, exclusive=is_exclusive)
    opened = choose(event, "A-1", "A-2")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        if is_tidied:
            run_due_jobs()
        with pytest.raises(errors.OrderExpired):
            pay(opened)

        reopen_order(review_of(opened))

        assert (now(opened).status, now(opened).mark) == ("PENDING", "")
        assert statuses(event)["A-1"] == ("HELD" if is_exclusive else "AVAILABLE")
        assert told(opened) == ["seats_reopened"]
        pay(opened)
        assert statuses(event)["A-1"] == "BOOKED"


def test_an_order_whose_seats_are_gone_stays_closed(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        pay(choose(event, "A-1"))
        with pytest.raises(errors.SeatsTaken):
            reopen_order(review_of(opened))
        assert told(opened) == []


def test_only_what_ran_out_of_time_is_opened_again(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    with pytest.raises(errors.OrderClosed):
        reopen_order(review_of(opened))
    pay(opened)
    with pytest.raises(errors.OrderClosed):
        reopen_order(review_of(opened))


# -- deadlines -------------------------------------------------------------------------------------


def test_an_overdue_review_is_brought_to_mind(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    run_due_jobs()
    assert not Alert.objects.exists()

    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        run_due_jobs()
        alert = Alert.objects.get()
        assert (alert.kind, alert.subject) == ("seat_review_overdue", opened.order.number)
        assert list(list_orders(event, is_overdue=True)) == [now(opened)]
        assert now(opened).status == OrderStatus.AWAITING_REVIEW
        approve_payment(review_of(opened))
        assert Alert.objects.get().closed_at is not None
        assert not list_orders(event, is_overdue=True)


# -- who is told -----------------------------------------------------------------------------------


def test_the_holder_is_told_of_each_change_once(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    pay(opened)
    reject_payment(review_of(opened, reason="Nothing came in"))
    reject_payment(review_of(opened, reason="Nothing came in"))
    assert told(opened) == ["seats_submitted", "seats_rejected"]

    notice = Notice.objects.get(template="seats_rejected")
    assert notice.recipient == "nora@example.com"
    message = word(notice.template, notice.language, json.loads(notice.context))
    assert "Nothing came in." in message.text
    assert "A-1" in message.text

    again = pay(choose(event, "A-1"))
    approve_payment(review_of(again))
    assert told(again) == ["seats_submitted", "seats_confirmed"]


def test_who_gave_a_phone_only_gets_a_text(event: SeatingEvent) -> None:
    pay(choose(event, "A-1", holder=Holder(name="Nora Quinn", phone="020 913 0123")))
    assert Notice.objects.get().channel == "SMS"


@pytest.mark.parametrize("language", Language)
def test_every_language_has_every_word(language: Language) -> None:
    context = dict.fromkeys(
        ("hotel", "event", "order", "seats", "reason", "received", "total", "until"), "<X>"
    )
    for template in CATALOGUES[language].by_template():
        message = word(template, language, context)
        assert message.subject.startswith("<X>")
        assert message.short.startswith("<X>")
        assert "{" not in message.text + message.short
        if language != Language.ENGLISH:
            assert message.text != word(template, Language.ENGLISH, context).text


# -- what is forgotten -----------------------------------------------------------------------------


def test_old_changes_are_forgotten_and_who_asks_reads_the_map(event: SeatingEvent) -> None:
    for label in ("A-1", "A-2", "A-3"):
        pay(choose(event, label))
    event.changes.filter(version__lte=2).update(changed_at=timezone.now() - KEPT * 2)

    forget_changes(timezone.now())

    assert [news.resync for news in news_after(event.pk, 0)] == [True]
    assert [news.version for news in news_after(event.pk, 2)] == [3]


def test_a_hole_in_the_log_is_never_passed_over(event: SeatingEvent) -> None:
    for label in ("A-1", "A-2", "A-3"):
        pay(choose(event, label))
    event.changes.filter(version=2).delete()
    assert [news.version for news in news_after(event.pk, 0)] == [1]
    assert [(news.version, news.resync) for news in news_after(event.pk, 1)] == [(3, True)]


# -- the doors -------------------------------------------------------------------------------------


def desk_of(client: Client, event: SeatingEvent, role: Role = Role.FRONT_DESK) -> str:
    login = open_login(works_at(event.hotel, role))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {login.token}"
    return f"/api/staff/hotels/{event.hotel.slug}/seating-events/{event.slug}/orders/"


def post(client: Client, address: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(address, body, content_type="application/json")
    return answer.status_code, answer.json()


def test_the_queue_over_rest(client: Client, event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    choose(event, "A-2")
    desk = desk_of(client, event)

    page = client.get(desk, {"status": "AWAITING_REVIEW"}).json()
    (order,) = page["results"]
    assert (order["order_number"], order["mark"]) == (opened.order.number, None)
    assert order["review_due_at"]
    assert "token" not in order
    assert client.get(desk, {"mark": "LATE"}).json()["results"] == []
    assert client.get(desk, {"mark": "x"}).status_code == 400

    proof = client.get(order["proofs"][0]["view_url"])
    assert (proof.status_code, proof["Content-Type"]) == (200, "image/png")
    assert (proof["Cache-Control"], proof["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "sandbox" in proof["Content-Security-Policy"]

    one = f"{desk}{order['order_number']}/"
    status, body = post(client, f"{one}payment/", received_amount="29.00")
    assert (status, body["order"]["mark"]) == (200, "UNDERPAID")
    stale = {"expected_version": order["version"], "approve": True}
    status, body = post(client, f"{one}review/", **stale)
    assert (status, body["error"]["code"]) == (409, "STALE_VERSION")
    status, body = post(client, f"{one}review/", approve=False)
    assert (status, body["error"]["code"]) == (400, "VALIDATION_ERROR")
    status, body = post(client, f"{one}review/", approve=True)
    assert (status, body["order"]["status"]) == (200, "CONFIRMED")
    status, body = post(client, f"{one}reopen/")
    assert (status, body["error"]["code"]) == (409, "ORDER_CLOSED")
    status, body = post(client, f"{desk}NONE-0000/review/", approve=True)
    assert (status, body["error"]["code"]) == (404, "ORDER_NOT_FOUND")


def test_proofs_are_shown_to_whoever_has_a_fresh_link(client: Client, event: SeatingEvent) -> None:
    pay(choose(event, "A-1"))
    desk = desk_of(client, event)
    link = client.get(desk).json()["results"][0]["proofs"][0]["view_url"]
    del client.defaults["HTTP_AUTHORIZATION"]

    assert client.get(link).status_code == 200
    assert client.get(link[:-3] + "xx/").status_code == 404
    assert client.get("/api/seating/proofs/1/").status_code == 404
    assert client.get(f"/api/seating/proofs/{'x' * 5000}/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert client.get(link).status_code == 404
    assert client.get(desk).status_code == 401
    assert PaymentProof.objects.count() == 1


def test_only_those_who_review_at_the_hotel(client: Client, event: SeatingEvent) -> None:
    desk = desk_of(client, event, Role.HOUSEKEEPING)
    assert client.get(desk).status_code == 403
    desk_of(client, SeatingEventFactory())
    assert client.get(desk).status_code == 403


def test_over_graphql(client: Client, gql: AskGraphQL, event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    desk_of(client, event)
    name = {"eventSlug": event.slug, "orderNumber": opened.order.number}
    record = """mutation($input: RecordSeatPaymentInput!) { recordSeatPayment(input: $input) {
      ... on SeatOrder { status version } ... on Problem { code field } } }"""
    reopen = """mutation($input: ReopenSeatOrderInput!) { reopenSeatOrder(input: $input) {
      ... on SeatOrder { status } ... on Problem { code } } }"""
    queue = """query($slug: String!) { seatOrders(eventSlug: $slug, mark: OVERPAID) { edges {
      node { mark receivedAmount reviewDueAt proofs { viewUrl } } } } }"""

    done = gql(record, input={**name, "receivedAmount": "31.00"})["data"]["recordSeatPayment"]
    assert done == {"status": "AWAITING_REVIEW", "version": 3}
    wrong = gql(record, input={**name, "receivedAmount": "-1"})["data"]["recordSeatPayment"]
    assert wrong == {"code": "VALIDATION_ERROR", "field": "receivedAmount"}
    (edge,) = gql(queue, slug=event.slug)["data"]["seatOrders"]["edges"]
    assert (edge["node"]["mark"], edge["node"]["receivedAmount"]) == ("OVERPAID", "31.00")
    assert client.get(edge["node"]["proofs"][0]["viewUrl"]).status_code == 200
    assert gql(reopen, input=name)["data"]["reopenSeatOrder"] == {"code": "ORDER_CLOSED"}


def test_a_proof_of_a_pdf_is_shown_as_one(client: Client, event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    file = SimpleUploadedFile("proof.pdf", document())
    submit_payment_proof(order_token=opened.token, file=file)  # type: ignore[arg-type]  # a file
    desk = desk_of(client, event)
    link = client.get(desk).json()["results"][0]["proofs"][0]["view_url"]
    assert client.get(link)["Content-Type"] == "application/pdf"
