"""Everything that a busy house runs, on this one machine and on real servers."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psycopg
import redis

from bench.common.processes import bare_environ, run_program
from bench.eight_houses import HOUSES
from tests.chaos.lock_cloud import LockCloud
from tests.chaos.node import HOST, Node
from tests.deploy.nginx import NGINX, proxying
from tests.services import PostgresServer, ValkeyServer

SECRET: Final = "of-the-chaos-alone-and-long-enough-to-be-accepted"
LOCK_LATENCY_MS: Final = 60
UVICORN: Final = (
    *("-m", "uvicorn", "backend.asgi:application", "--host", HOST, "--port", "{port}"),
    *("--no-access-log", "--no-proxy-headers"),
    *("--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "10"),
)
WORKER: Final = ("manage.py", "run_huey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many processes there are of each kind."""

    web: int = 2
    workers: int = 2


class Deployment:
    """PostgreSQL, Valkey, the lock cloud, web processes, one for sockets, workers, and nginx
    before them where it is installed. Use it by ``with``; logs stay in ``logs``."""

    def __init__(self, logs: Path, size: Size) -> None:
        self.logs = logs
        self.postgres = PostgresServer()
        self.valkey = ValkeyServer()
        self.web: list[Node] = []
        self.ws: list[Node] = []
        self.workers: list[Node] = []
        self._size = size
        self._environ: dict[str, str] = {}
        self._proxy = ""
        self._started = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:
            started.callback(self._end_nodes)
            started.enter_context(self.postgres)
            started.enter_context(self.valkey)
            self.lock_cloud = LockCloud(self._lock_cloud_node())
            self._environ = self._environment()
            self.run("manage.py", "migrate", "--verbosity", "0")
            self._make_nodes()
            self.bring_up(*self.nodes)
            if NGINX is not None:
                room = self.logs / "nginx"
                room.mkdir()
                ports = [node.port for node in self.web]
                proxy = proxying(room, web=ports, ws=self.ws[0].port)
                self._proxy = started.enter_context(proxy)
            self._started = started.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._started.__exit__(kind, error, trace)

    @property
    def product(self) -> list[Node]:
        """The processes of the product itself."""
        return [*self.web, *self.ws, *self.workers]

    @property
    def nodes(self) -> list[Node]:
        """All processes that are not servers of others."""
        return [self.lock_cloud.node, *self.product]

    @property
    def has_proxy(self) -> bool:
        return bool(self._proxy)

    @property
    def http_addresses(self) -> list[str]:
        """Where callers ask: the proxy, or the web processes by turns."""
        return [self._proxy] if self._proxy else [node.address for node in self.web]

    @property
    def ws_address(self) -> str:
        """Where live clients connect."""
        return self._proxy or self.ws[0].address

    def run(self, *program: str) -> str:
        """Run a Python program in the product's environment; return what it printed."""
        return run_program(self._environ, *program)

    def run_for_json(self, *program: str) -> Any:
        """Like ``run``, for a program that prints one JSON value."""
        return json.loads(self.run(*program))

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database, while no fault is on."""
        with psycopg.connect(self.postgres.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def flush_valkey(self) -> None:
        """Let Valkey forget everything while it runs."""
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def recover(self) -> None:
        """Make everything run and right again, whatever is wrong."""
        self.postgres.start()
        self.valkey.start()
        for node in self.nodes:
            node.step_clock(0)
            node.limit_files(None)
        self.bring_up(*self.nodes)
        self.lock_cloud.all_well()

    @staticmethod
    def bring_up(*nodes: Node) -> None:
        """Start processes side by side; return when all listen. Raises NodeError."""
        for node in nodes:
            node.launch()
        for node in nodes:
            node.bring_up()

    def _environment(self) -> dict[str, str]:
        limits = ("CHECKIN", "SEATING", "PARTNER", "LOGIN")
        return {
            **bare_environ(self.logs),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "TTLOCK_API_URL": f"http://{self.lock_cloud.node.address}",
            **dict.fromkeys(("SECRET_KEY", "FIELD_ENCRYPTION_KEY"), SECRET),
            **dict.fromkeys(("TTLOCK_CLIENT_ID", "TTLOCK_CLIENT_SECRET"), "chaos"),
            **dict.fromkeys(("TTLOCK_USERNAME", "TTLOCK_PASSWORD"), "chaos"),
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "EMAIL_URL": "dummymail://",
            "WEBHOOK_ALLOW_PRIVATE": "true",  # the partner's receiver is on this machine
            "TRUSTED_PROXY_COUNT": "1" if NGINX else "0",
            **{f"RATE_LIMIT_{name}": "0" for name in limits},  # one address plays everybody
        }

    def _lock_cloud_node(self) -> Node:
        command = (
            *("manage.py", "ttlock_simulator", "--port", "{port}"),
            *("--state", str(self.logs / "lock-cloud.sqlite3")),
            *("--latency-ms", str(LOCK_LATENCY_MS), "--gateways", str(HOUSES)),
        )
        return Node("lock-cloud", command, environ=bare_environ(self.logs), logs=self.logs)

    def _make_nodes(self) -> None:
        def node(name: str, command: tuple[str, ...]) -> Node:
            return Node(name, command, environ=self._environ, logs=self.logs)

        self.web = [node(f"web-{n}", UVICORN) for n in range(1, self._size.web + 1)]
        self.ws = [node("ws", UVICORN)]
        self.workers = [node(f"worker-{n}", WORKER) for n in range(1, self._size.workers + 1)]

    def _end_nodes(self) -> None:
        for node in reversed(self.nodes if hasattr(self, "lock_cloud") else []):
            node.kill()
