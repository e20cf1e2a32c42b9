"""Put the database's locks up in the simulator, under their names and on their gateways."""

from __future__ import annotations

from typing import Final

import requests

from apps.locks.models import Lock

BATCH: Final = 500


def provision(simulator_url: str) -> None:
    """Tell the simulator every lock of the database. Saying it again changes nothing."""
    session = requests.Session()
    session.trust_env = False
    locks = [
        {
            "lock_id": lock.vendor_lock_id,
            "alias": lock.name,
            "gateway_ids": sorted(gateway.vendor_gateway_id for gateway in lock.gateways.all()),
            "digits": lock.keypad_digits,
        }
        for lock in Lock.objects.prefetch_related("gateways").order_by("pk")
    ]
    for start in range(0, len(locks), BATCH):
        batch = locks[start : start + BATCH]
        session.post(f"{simulator_url}/_sim/locks", json=batch, timeout=30).raise_for_status()
