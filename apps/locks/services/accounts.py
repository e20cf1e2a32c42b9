"""Accounts at the lock cloud: what lets this house call in their name."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from apps.common.jobs import wake
from apps.locks.models import LockAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredentials:
    """What the lock cloud knows the account by. An empty secret leaves the one that is stored."""

    client_id: str
    username: str
    client_secret: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@transaction.atomic
def store_credentials(account: LockAccount, credentials: NewCredentials) -> None:
    """Store them, forget the login that the old ones gave, and look at the account's locks anew."""
    account = LockAccount.objects.select_for_update().get(pk=account.pk)
    account.client_id, account.username = credentials.client_id, credentials.username
    account.client_secret = credentials.client_secret or account.client_secret
    account.password = credentials.password or account.password
    account.access_token = account.refresh_token = ""
    account.token_obtained_at = account.token_expires_at = account.blocked_until = None
    account.blocked_because = ""
    account.due_at = timezone.now()
    account.save()
    wake(account)
