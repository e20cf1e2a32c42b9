"""What to open next."""

from __future__ import annotations

from rich.console import Console

from backend.demo.house import KILLARNEY
from backend.demo.people import DESK, SUPERUSER


def print_urls(base: str, lock_cloud: str, *, reference: str) -> None:
    """Print where everything is, who may log in, and a booking that waits for its guest.

    A line each, whole however narrow the terminal: a table would cut addresses off.
    """
    console = Console(soft_wrap=True, highlight=False)
    for name, place in (
        ("Live board", f"{base}/board/"),
        ("Guest page", f"{base}/demo/guest/?hotel={KILLARNEY.slug}&reference={reference}"),
        ("GraphiQL", f"{base}/graphql/"),
        ("REST docs", f"{base}/api/docs/"),
        ("Admin", f"{base}/admin/"),
        ("Locks", f"{lock_cloud}/_sim/state"),
        ("Staff login", f"{DESK.username} / {DESK.password}"),
        ("Admin login", f"{SUPERUSER.username} / {SUPERUSER.password}"),
    ):
        console.print(f"  {name:<13}  {place}")
