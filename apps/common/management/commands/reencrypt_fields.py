"""Write all that older keys encrypted or digested anew under the first key."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.rekeying import Outcome, Rekeying, all_rekeyings

PASSES: Final = 3  # a writer that comes in between is met again in the next one
EVERY: Final = 5000


class Command(BaseCommand):
    """Safe beside running processes, and to begin again after it was cut off.

    All processes must have the new key in front already, or they go on writing under the old one.
    """

    help = "Write what lies under older keys anew under the first of FIELD_ENCRYPTION_KEY."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="count what lies under older keys"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ends with 1 as long as anything needs an older key."""
        self.stdout.write(f"{len(settings.FIELD_ENCRYPTION_KEYS)} keys; the first one encrypts.")
        if not options["dry_run"]:
            for _ in range(PASSES):
                if not self._write():
                    break
        self._verify()

    def _write(self) -> bool:
        """Go through everything once; return whether a writer came in between."""
        found: Counter[Outcome] = Counter()
        for rekeying in all_rekeyings():
            found += self._walk(rekeying, writes=True)
        return found[Outcome.OLD] > 0

    def _verify(self) -> None:
        """Count anew what needs an older key. Raises CommandError unless that is nothing."""
        found: Counter[Outcome] = Counter()
        for rekeying in all_rekeyings():
            found += self._walk(rekeying, writes=False)
        old, unreadable = found[Outcome.OLD], found[Outcome.UNREADABLE]
        if unreadable:
            raise CommandError(
                f"{old} values lie under an older key, and {unreadable} under none of the list: "
                "a key is missing from FIELD_ENCRYPTION_KEY. Remove no key."
            )
        if old:
            raise CommandError(f"{old} values lie under an older key: remove none, and run again.")
        self.stdout.write(f"0 of {found[Outcome.CURRENT]} values need an older key.")

    def _walk(self, rekeying: Rekeying, *, writes: bool) -> Counter[Outcome]:
        found: Counter[Outcome] = Counter()
        for outcome in rekeying.walk(writes):
            found[outcome] += 1
            if found.total() % EVERY == 0:
                self._tell(rekeying, found)
        if found:
            self._tell(rekeying, found)
        return found

    def _tell(self, rekeying: Rekeying, found: Counter[Outcome]) -> None:
        said = ", ".join(
            f"{found[outcome]} {outcome.name.lower()}" for outcome in Outcome if found[outcome]
        )
        self.stdout.write(f"{rekeying.name}: {said}")
