"""Look at an account's list of locks and gateways: batteries, who hears whom, who is offline."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.common.alerts import clear_alert, raise_alert
from apps.common.jobs import Lease
from apps.locks.models import Gateway, Lock, LockAccount
from apps.locks.services.backups import owe_first_pools
from apps.locks.services.breakers import ALERT as GATEWAY_ALERT
from apps.locks.services.budget import may_sweep, note_limit, note_open, note_vendors_count
from apps.locks.services.callbacks import LOW_BATTERY_PERCENT
from apps.locks.services.cloud import client_for
from apps.locks.ttlock.answers import GatewayInfo, LockInfo
from apps.locks.ttlock.client import TTLockClient
from apps.locks.ttlock.errors import LockCloudError

EVERY: Final = timedelta(hours=6)
AFTER_FAILURE: Final = timedelta(minutes=15)
BATTERY_ALERT: Final = "battery_low"


def look_at_account(lease: Lease[LockAccount]) -> None:
    """Compare the account's lists with the rows; tries again later when the cloud is away."""
    account = lease.row
    owe_first_pools()  # of locks that were added since
    if not may_sweep(account):
        lease.settle(due_at=timezone.now() + EVERY)
        return
    try:
        take_inventory(account)
    except LockCloudError as error:
        note_limit(account, error)
        lease.settle(due_at=timezone.now() + AFTER_FAILURE)
        return
    note_open(account)
    lease.settle(due_at=timezone.now() + EVERY)


def take_inventory(account: LockAccount) -> None:
    """Store what the lists say. Locks that they leave out are used all the same.

    Raises LockCloudError.
    """
    client = client_for(account)
    rows = {lock.vendor_lock_id: lock for lock in account.locks.all()}
    for info in client.list_locks():
        if info.lock_id in rows:
            _note_battery(rows[info.lock_id], info)
    for gateway_info in client.list_gateways():
        gateway = _note_gateway(account, gateway_info)
        if gateway is not None:
            _note_links(client, gateway, list(rows.values()))
    if account.monthly_call_limit is not None:
        with suppress(LockCloudError):  # not every plan of the vendor's tells
            note_vendors_count(account.pk, client.month_request_count())


def _note_battery(lock: Lock, info: LockInfo) -> None:
    percent = info.battery_percent
    if percent is None or not 0 <= percent <= 100:
        return
    Lock.objects.filter(pk=lock.pk).update(battery_percent=percent)
    scope, subject = lock.account.alert_scope, str(lock.pk)
    if percent < LOW_BATTERY_PERCENT:
        message = f"{lock.name} has {percent} % battery left: change its batteries."
        raise_alert(scope=scope, kind=BATTERY_ALERT, subject=subject, message=message)
    else:
        clear_alert(scope=scope, kind=BATTERY_ALERT, subject=subject)


def _note_gateway(account: LockAccount, info: GatewayInfo) -> Gateway | None:
    """Store the gateway; None when another account's row has its id."""
    gateway, _ = Gateway.objects.get_or_create(
        vendor_gateway_id=info.gateway_id,
        defaults={"account": account, "name": info.name or f"Gateway {info.gateway_id}"},
    )
    if gateway.account_id != account.pk:
        return None
    # The cloud's word on being online is up to half an hour old: good for an alert, not for
    # deciding whether to try.
    scope, subject = account.alert_scope, str(gateway.pk)
    if info.is_online is False:
        message = f"Gateway {gateway.name} is offline: check its power and its network."
        raise_alert(scope=scope, kind=GATEWAY_ALERT, subject=subject, message=message)
    elif not gateway.failures:  # else commands know better
        clear_alert(scope=scope, kind=GATEWAY_ALERT, subject=subject)
    return gateway


def _note_links(client: TTLockClient, gateway: Gateway, locks: Sequence[Lock]) -> None:
    """Store which locks the gateway hears."""
    links = client.locks_of_gateway(gateway_id=gateway.vendor_gateway_id)
    heard = {link.lock_id for link in links}
    gateway.locks.set([lock for lock in locks if lock.vendor_lock_id in heard])
