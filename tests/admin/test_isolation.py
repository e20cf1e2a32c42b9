"""No page, form, file or deed of the back office shows or touches a row of another hotel.

Every test goes through every subject of the site: a subject that is added is tried with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from apps.seating.models import PaymentProof
from back_office.deeds import DeedsAdmin
from back_office.exports import ExportingAdmin
from back_office.site import site
from back_office.tenancy import TenantAdmin
from tests.admin.houses import MAKERS, MARK, furnish, house
from tests.factories.office import at_the_desk, of_the_platform

pytestmark = pytest.mark.django_db

PAGES: dict[str, TenantAdmin] = {
    page.opts.label_lower: page for page in site._registry.values() if isinstance(page, TenantAdmin)
}
FILES = {label: page for label, page in PAGES.items() if isinstance(page, ExportingAdmin)}
OWN = "Kerry"


@dataclass
class World:
    own: dict[str, Model]
    foreign: dict[str, Model]
    manager: Client


@pytest.fixture
def world() -> World:
    own, foreign = house(OWN), house(MARK)
    return World(furnish(own, OWN), furnish(foreign, MARK), at_the_desk(own))


@pytest.fixture
def untouched(world: World) -> Callable[[str], None]:
    """Return a check that the other house's row of a kind is what it was."""
    before = {label: _columns(row) for label, row in world.foreign.items()}

    def check(label: str) -> None:
        row = world.foreign[label]
        row.refresh_from_db()
        assert _columns(row) == before[label], label

    return check


def _columns(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def url(label: str, door: str, *args: object) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{door}", args=args)


def shown(client: Client, address: str) -> str:
    """Return what is seen in the end, redirects followed."""
    answer = client.get(address, follow=True)
    assert answer.status_code < 500, address
    return b"".join(answer).decode()


def test_every_subject_is_tried() -> None:
    assert set(PAGES) == set(MAKERS)
    assert len(PAGES) == len(site._registry)


def test_a_list_holds_the_own_rows_alone(world: World) -> None:
    platform = of_the_platform()
    for label in PAGES:
        address = url(label, "changelist")
        own, foreign = (url(label, "change", at[label].pk) for at in (world.own, world.foreign))
        page = shown(world.manager, address)
        assert own in page, label
        assert MARK not in page, label
        elsewhere = world.manager.get(f"{address}?at={MARK.lower()}")
        assert elsewhere.status_code == (200 if label != "bookings.hotel" else 400), label
        assert MARK not in elsewhere.content.decode(), label
        # The word that was searched is on the page; a row would have its own address.
        assert foreign not in shown(world.manager, f"{address}?q={MARK}"), label
        assert foreign in shown(platform, address), label


@pytest.mark.parametrize("door", ["change", "history", "delete"])
def test_a_foreign_row_reads_like_none(
    world: World, untouched: Callable[[str], None], door: str
) -> None:
    for label, row in world.foreign.items():
        address = url(label, door, row.pk)
        missing = url(label, door, _key_of_nobody(row))
        assert MARK not in shown(world.manager, address), label
        answers = [world.manager.get(each) for each in (address, missing)]
        assert len({answer.status_code for answer in answers}) == 1, label
        assert len({answer.headers.get("Location") for answer in answers}) == 1, label
        world.manager.post(address, {"post": "yes", "name": "taken", "username": "taken"})
        untouched(label)


def _key_of_nobody(row: Model) -> object:
    return 999_999_999 if isinstance(row.pk, int) else "11111111-1111-4111-8111-111111111111"


def test_no_deed_reaches_a_foreign_row(world: World, untouched: Callable[[str], None]) -> None:
    for label, page in PAGES.items():
        for deed in page.deeds if isinstance(page, DeedsAdmin) else ():
            address = url(label, "deed", world.foreign[label].pk, deed.name)
            for answer in (
                world.manager.get(address),
                world.manager.post(address, {"reason": "x"}),
            ):
                assert answer.status_code == 404, (label, deed.name)
                assert MARK not in answer.content.decode(), (label, deed.name)
            untouched(label)
            own = url(label, "deed", world.own[label].pk, deed.name)
            allowed = 200 if deed.needs else 403  # without a need: the platform's own people
            assert world.manager.get(own).status_code == allowed, (label, deed.name)


def test_no_action_on_many_reaches_a_foreign_row(
    world: World, untouched: Callable[[str], None]
) -> None:
    for label, page in PAGES.items():
        for name in [*page.actions, "delete_selected"]:
            chosen = {"action": name, ACTION_CHECKBOX_NAME: world.foreign[label].pk}
            answer = world.manager.post(url(label, "changelist"), chosen, follow=True)
            assert MARK not in answer.content.decode(), (label, name)
            untouched(label)


def test_a_foreign_proof_reads_like_none(world: World) -> None:
    for rows, status in ((world.foreign, 404), (world.own, 200)):
        order = rows["seating.seatorder"]
        proof = PaymentProof.objects.get(order=order.pk)
        address = url("seating.seatorder", "proof", order.pk, proof.pk)
        assert world.manager.get(address).status_code == status
    # Nor can a foreign one be had through an order of one's own.
    foreign = PaymentProof.objects.get(order=world.foreign["seating.seatorder"].pk)
    through = url("seating.seatorder", "proof", world.own["seating.seatorder"].pk, foreign.pk)
    assert world.manager.get(through).status_code == 404


def test_a_file_holds_the_own_rows_alone(world: World) -> None:
    platform = of_the_platform()
    for label, page in FILES.items():
        address = url(label, "export")
        if not page.export_columns:
            assert world.manager.get(address).status_code == 403, label
            continue
        for query in ("", f"?at={MARK.lower()}", f"?q={MARK}"):
            assert MARK.lower() not in shown(world.manager, address + query).lower(), label
        assert OWN.lower() in shown(world.manager, address).lower(), label
        assert MARK.lower() in shown(platform, address).lower(), label


def test_autocompletion_names_nobody_elses_rows(world: World) -> None:
    for page in PAGES.values():
        for field in page.opts.get_fields():
            if not field.is_relation or field.auto_created:
                continue
            asked = {
                "app_label": page.opts.app_label,
                "model_name": page.opts.model_name,
                "field_name": field.name,
                "term": "",
            }
            answer = world.manager.get("/admin/autocomplete/", asked)
            assert MARK not in answer.content.decode(), (page, field.name)


def test_forms_offer_the_own_rows_alone(world: World) -> None:
    for label in PAGES:
        assert MARK not in shown(world.manager, url(label, "add")), label
        assert MARK not in shown(world.manager, url(label, "change", world.own[label].pk)), label


def test_no_form_puts_a_row_into_another_hotel(world: World) -> None:
    values = {
        "name": "New",
        "number": "999",
        "slug": "new",
        "category": "Kitchen",
        "price": "1.00",
        "currency": "EUR",
        "user": world.own["auth.user"].pk,
        "role": "MANAGER",
        "username": "newcomer",
        "password": "a long enough one 77",
        "starts_at_0": "2030-01-01",
        "starts_at_1": "20:00",
        "hold_policy": "OPEN",
        "order_minutes": 60,
        "offer_minutes": 30,
        "most_seats_per_order": 10,
        "review_hours": 48,
    }
    for label, page in PAGES.items():
        rows = page.model._default_manager
        before = rows.count()
        theirs = values | {"hotel": world.foreign["bookings.hotel"].pk}
        answer = world.manager.post(url(label, "add"), theirs)
        assert answer.status_code in {200, 403}, label
        assert rows.count() == before, label
        if answer.status_code == 200 and label != "staff.membership":  # that person has a role
            world.manager.post(
                url(label, "add"), values | {"hotel": world.own["bookings.hotel"].pk}
            )
            assert rows.count() == before + 1, label


def test_no_list_can_be_asked_about_columns_that_it_does_not_offer(world: World) -> None:
    for label in PAGES:
        answer = world.manager.get(url(label, "changelist"), {"pk__gt": "0"})
        assert answer.status_code == 400, label


def test_what_no_database_can_be_asked_for_is_found_nowhere(world: World) -> None:
    for label in PAGES:
        address = url(label, "changelist")
        assert world.manager.get(address, {"q": "\x00"}).status_code == 200, label
        for key in ("0x1", "%00", "9" * 40):
            answer = world.manager.get(f"{address}{key}/change/")
            assert answer.status_code in {302, 404}, (label, key)
