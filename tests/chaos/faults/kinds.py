"""Every kind of fault: what is taken away, and how it comes back."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.chaos.deployment import Deployment
from tests.chaos.house import HOTELS
from tests.chaos.node import Node
from tests.chaos.webhooks import Partner

SMALLEST_FILE: Final = 64  # bytes: less than any proof
CLOCK_STEPS: Final = (-45.0, -8.0, 12.0, 45.0)
HANG_SECONDS: Final = 3.0

Undo = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a fault happens. ``draw`` decides which process is hit, and how far a clock goes."""

    deployment: Deployment
    partner: Partner
    draw: random.Random

    def one_of(self, nodes: list[Node]) -> Node:
        """Choose one."""
        return self.draw.choice(nodes)


def postgres_killed(scene: Scene) -> Undo:
    """PostgreSQL dies, with all its processes."""
    scene.deployment.postgres.kill()
    return lambda: _ignore(scene.deployment.postgres.start())


def postgres_restarted(scene: Scene) -> Undo:
    """PostgreSQL is shut down in order, cutting everybody off, and started."""
    scene.deployment.postgres.stop()
    return lambda: _ignore(scene.deployment.postgres.start())


def valkey_killed(scene: Scene) -> Undo:
    """Valkey dies, and comes back empty."""
    scene.deployment.valkey.kill()
    return lambda: _ignore(scene.deployment.valkey.start())


def valkey_flushed(scene: Scene) -> Undo:
    """Valkey forgets everything while it runs: the queue, the groups, the counts."""
    scene.deployment.flush_valkey()
    return _nothing


def lock_cloud_killed(scene: Scene) -> Undo:
    """The lock cloud is gone; what the locks hold stays."""
    return _killed(scene.deployment.lock_cloud.node)


def lock_cloud_silent(scene: Scene) -> Undo:
    """Half of the calls are never answered; some of those are carried out all the same."""
    cloud = scene.deployment.lock_cloud
    cloud.faults(timeout_before_rate=0.25, timeout_after_rate=0.25, hang_seconds=HANG_SECONDS)
    return cloud.all_well


def gateway_offline(scene: Scene) -> Undo:
    """One hotel's gateway has no connection."""
    cloud = scene.deployment.lock_cloud
    cloud.faults(offline_gateways=[scene.draw.randint(1, HOTELS)], offline_notice_seconds=0)
    return cloud.all_well


def worker_killed(scene: Scene) -> Undo:
    """A worker dies in the midst of its work."""
    return _killed(scene.one_of(scene.deployment.workers))


def all_workers_killed(scene: Scene) -> Undo:
    """Nobody does any work."""
    return _killed(*scene.deployment.workers)


def web_killed(scene: Scene) -> Undo:
    """A web process dies in the midst of requests."""
    return _killed(scene.one_of(scene.deployment.web))


def sockets_killed(scene: Scene) -> Undo:
    """The process of the live clients dies."""
    return _killed(*scene.deployment.ws)


def web_stopped(scene: Scene) -> Undo:
    """A web process is asked to end, as in a deployment."""
    return _stopped(scene.one_of(scene.deployment.web))


def sockets_stopped(scene: Scene) -> Undo:
    """The process of the live clients is asked to end."""
    return _stopped(*scene.deployment.ws)


def worker_stopped(scene: Scene) -> Undo:
    """A worker is asked to end; it finishes what it has in hand."""
    return _stopped(scene.one_of(scene.deployment.workers))


def clock_stepped(scene: Scene) -> Undo:
    """One process believes that it is earlier or later than it is, and later that it is not."""
    node = scene.one_of(scene.deployment.product)
    node.step_clock(scene.draw.choice(CLOCK_STEPS))
    return lambda: node.step_clock(0)


def disk_full(scene: Scene) -> Undo:
    """No web process can write a file."""
    for node in scene.deployment.web:
        node.limit_files(SMALLEST_FILE)

    def undo() -> None:
        for node in scene.deployment.web:
            node.limit_files(None)

    return undo


def partner_refuses(scene: Scene) -> Undo:
    """The partner's server answers every webhook with 503."""
    scene.partner.is_refusing = True

    def undo() -> None:
        scene.partner.is_refusing = False

    return undo


KINDS: Final[Mapping[str, Callable[[Scene], Undo]]] = {
    kind.__name__: kind
    for kind in (
        postgres_killed,
        postgres_restarted,
        valkey_killed,
        valkey_flushed,
        lock_cloud_killed,
        lock_cloud_silent,
        gateway_offline,
        worker_killed,
        all_workers_killed,
        web_killed,
        sockets_killed,
        web_stopped,
        sockets_stopped,
        worker_stopped,
        clock_stepped,
        disk_full,
        partner_refuses,
    )
}


def _killed(*nodes: Node) -> Undo:
    for node in nodes:
        node.kill()
    return lambda: Deployment.bring_up(*nodes)


def _stopped(*nodes: Node) -> Undo:
    for node in nodes:
        node.stop()
    return lambda: Deployment.bring_up(*nodes)


def _nothing() -> None:
    """What was done needs no undoing."""


def _ignore(_: object) -> None:
    """A start returns the server; nobody needs it here."""
