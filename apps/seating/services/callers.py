"""How often an address may ask for something that writes."""

from __future__ import annotations

from django.conf import settings

from apps.common.limits.checking import check_rate


def limit_caller(client_address: str) -> None:
    """Count a command from an address. Raises RateLimited."""
    check_rate("seating", settings.RATE_LIMIT_SEATING, client_address)
