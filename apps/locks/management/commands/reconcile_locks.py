"""Compare the codes on every lock with the database, and mend the differences."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.locks.models import Lock, LockAccount
from apps.locks.reconciliation import Difference, Finding
from apps.locks.services.budget import may_call
from apps.locks.services.inventory import take_inventory
from apps.locks.services.reconcile import inspect_lock, mend
from apps.locks.ttlock.errors import LockCloudError
from apps.locks.ttlock.masking import mask


class Command(BaseCommand):
    """Prints no digits. What is owed is written to the database; the workers carry it out."""

    help = "Compare the codes on every lock with the database, print and mend the differences."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Print only.")

    def handle(self, *_args: Any, **options: Any) -> None:
        failures = 0
        for account in LockAccount.objects.order_by("pk"):
            failures += self._reconcile(account, is_dry=options["dry_run"])
        if failures:
            raise CommandError(f"{failures} lock(s) could not be compared; see above.")

    def _reconcile(self, account: LockAccount, *, is_dry: bool) -> int:
        if not may_call(account):
            self.stdout.write(f"{account.name}: {account.blocked_because}")
            return account.locks.count()
        try:
            if not is_dry:
                take_inventory(account)
        except LockCloudError as error:
            self.stdout.write(f"{account.name}: {error.staff_advice}")
        return sum(
            not self._compare(lock, is_dry=is_dry)
            for lock in account.locks.select_related("account").order_by("pk")
        )

    def _compare(self, lock: Lock, *, is_dry: bool) -> bool:
        try:
            findings = inspect_lock(lock)
        except LockCloudError as error:
            self.stdout.write(f"{lock.name}: could not be read. {error.staff_advice}")
            return False
        for finding in findings:
            if finding.difference is not Difference.VERIFIED:
                self.stdout.write(f"{lock.name}: {_described(finding)}")
        if not is_dry:
            mend(lock, findings)
            Lock.objects.filter(pk=lock.pk).update(due_at=timezone.now())
        return True


def _described(finding: Finding) -> str:
    if finding.code is not None:
        return f"code of {finding.code.grant.holder}: {finding.difference.value}"
    # People write codes into names.
    name = mask(finding.listed.name, fields={}) if finding.listed else ""
    return f"code named {name!r}: {finding.difference.value}; left alone"
