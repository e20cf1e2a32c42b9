"""What to open next."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from backend.demo.house import KILLARNEY
from backend.demo.people import DESK, SUPERUSER


def print_urls(base: str, lock_cloud: str, *, reference: str) -> None:
    """Print where everything is, who may log in, and a booking that waits for its guest."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("Live board", f"{base}/board/")
    table.add_row("Guest page", f"{base}/demo/guest/?hotel={KILLARNEY.slug}&reference={reference}")
    table.add_row("GraphiQL", f"{base}/graphql/")
    table.add_row("REST docs", f"{base}/api/docs/")
    table.add_row("Admin", f"{base}/admin/")
    table.add_row("Locks", f"{lock_cloud}/_sim/state")
    table.add_row("Staff login", f"{DESK.username} / {DESK.password}")
    table.add_row("Admin login", f"{SUPERUSER.username} / {SUPERUSER.password}")
    Console(soft_wrap=True).print(table)
