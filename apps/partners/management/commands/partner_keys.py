"""Partners' keys from the command line."""

from __future__ import annotations

import getpass
import json
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.bookings.selectors import find_hotel
from apps.common.errors import DomainError
from apps.partners.models import ApiKey
from apps.partners.scopes import Scope
from apps.partners.services.keys import IssuedKey, NewKey, create_key, revoke_key, rotate_key


def _instant(text: str) -> datetime:
    """Return the instant; a day begins in UTC, and so does what names no offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("give a day such as 2027-06-30, or an instant") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class Command(BaseCommand):
    """A key is printed once, when it is made; afterwards only its prefix is known."""

    help = "Create, list, rotate and revoke the API keys of partners."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", default="", help="Whose name to record; default: the user of this machine."
        )
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Make a key and print it.")
        create.add_argument("--partner", required=True, help="Whose: the name of the system.")
        create.add_argument("--name", default="key", help="What it is used for.")
        create.add_argument("--hotel", action="append", required=True, metavar="SLUG")
        create.add_argument("--scope", action="append", required=True, choices=Scope.values)
        create.add_argument("--expires", type=_instant, help="When it ends; default: never.")
        actions.add_parser("list", help="Show the keys.")
        rotate = actions.add_parser("rotate", help="Make a successor and print it.")
        rotate.add_argument("prefix")
        rotate.add_argument(
            "--overlap-hours", type=float, default=24.0, help="How long the old one goes on."
        )
        revoke = actions.add_parser("revoke", help="End a key at once.")
        revoke.add_argument("prefix")

    def handle(self, *_args: Any, **options: Any) -> None:
        by = f"command:{options['by'] or getpass.getuser()}"[:120]
        try:
            getattr(self, f"_{options['action']}")(options, by)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal

    def _create(self, options: Any, by: str) -> None:
        wanted = NewKey(
            partner=options["partner"],
            name=options["name"],
            hotels=_hotels(options["hotel"]),
            scopes={Scope(name) for name in options["scope"]},
            expires_at=options["expires"],
        )
        self._show(create_key(wanted, performed_by=by))

    def _rotate(self, options: Any, by: str) -> None:
        overlap = timedelta(hours=options["overlap_hours"])
        self._show(rotate_key(prefix=options["prefix"], overlap=overlap, performed_by=by))

    def _revoke(self, options: Any, by: str) -> None:
        self.stdout.write(f"revoked {revoke_key(prefix=options['prefix'], performed_by=by).prefix}")

    def _list(self, _options: Any, _by: str) -> None:
        now = timezone.now()
        keys = ApiKey.objects.select_related("partner").prefetch_related("hotels")
        for key in keys.order_by("partner__name", "pk"):
            self.stdout.write(json.dumps(_described(key, now)))

    def _show(self, issued: IssuedKey) -> None:
        self.stderr.write("This key is shown once; keep it where secrets are kept.")
        self.stdout.write(issued.secret)


def _hotels(slugs: Sequence[str]) -> list[Hotel]:
    hotels = {slug: find_hotel(slug) for slug in slugs}
    missing = [slug for slug, hotel in hotels.items() if hotel is None]
    if missing:
        raise CommandError(f"There is no such hotel: {', '.join(missing)}.")
    return [hotel for hotel in hotels.values() if hotel is not None]


def _described(key: ApiKey, now: datetime) -> dict[str, Any]:
    def shown(instant: datetime | None) -> str | None:
        return instant.isoformat(timespec="seconds") if instant else None

    return {
        "prefix": key.prefix,
        "partner": key.partner.name,
        "name": key.name,
        "hotels": [hotel.slug for hotel in key.hotels.all()],
        "scopes": key.scopes,
        "alive": key.is_alive(now),
        "expires_at": shown(key.expires_at),
        "revoked_at": shown(key.revoked_at),
        "last_used_at": shown(key.last_used_at),
    }
