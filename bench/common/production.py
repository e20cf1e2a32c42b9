"""The product as it is deployed: PostgreSQL, Valkey, one web process and one worker process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psycopg

from bench.common.processes import Process, bare_environ, free_port, run_program
from bench.common.processor import processor_seconds, processor_seconds_of_tree
from tests.services import PostgresServer, ValkeyServer

SECRET: Final = "of-the-bench-alone-and-long-enough-to-be-accepted"  # noqa: S105  # guards nothing


class ProductionHouse:
    """Real servers with a migrated database, then the two processes. Use it by ``with``."""

    def __init__(
        self,
        directory: Path,
        lock_cloud_url: str,
        *,
        settings: str = "backend.settings",
        application: str = "backend.asgi:application",
        more: Mapping[str, str] | None = None,
        web_processes: int = 1,
    ) -> None:
        """``settings``: the module that every process takes its settings from; ``application``:
        what the web processes serve; ``more``: variables of the environment."""
        self._application, self._more = application, more or {}
        self._web_processes = web_processes
        self._directory = directory
        self._settings = settings
        self._lock_cloud_url = lock_cloud_url
        self._servers = ExitStack()
        self._database_url = ""
        self.url = ""

    def __enter__(self) -> Self:
        with ExitStack() as started:
            postgres = self._postgres = started.enter_context(PostgresServer())
            valkey = self._valkey = started.enter_context(ValkeyServer())
            self._database_url = postgres.url
            self._environ = bare_environ(self._directory) | {
                "DATABASE_URL": postgres.url,
                "REDIS_URL": valkey.url,
                "TTLOCK_API_URL": self._lock_cloud_url,
                **dict.fromkeys(("SECRET_KEY", "FIELD_ENCRYPTION_KEY"), SECRET),
                **dict.fromkeys(("TTLOCK_CLIENT_ID", "TTLOCK_CLIENT_SECRET"), "bench"),
                **dict.fromkeys(("TTLOCK_USERNAME", "TTLOCK_PASSWORD"), "bench"),
                "DJANGO_SETTINGS_MODULE": self._settings,
                "EMAIL_URL": "dummymail://",
                "RATE_LIMIT_CHECKIN": "0",  # one address plays all the guests
                **self._more,
            }
            self.run("manage.py", "migrate", "--verbosity", "0")
            self.web = started.enter_context(self._web())
            self.worker = started.enter_context(self.one_more_worker("worker"))
            self.url = self.web.url
            self._servers = started.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._servers.__exit__(kind, error, trace)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the product's processes, for one more of them."""
        return self._environ

    def run(self, *program: str) -> str:
        """Run a Python program in the product's environment; return what it printed."""
        return run_program(self._environ, *program)

    def run_for_json(self, *program: str) -> Any:
        """Like ``run``, for a program that prints one JSON value."""
        return json.loads(self.run(*program))

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self._database_url) as connection:
            return connection.execute(query.encode()).fetchall()

    def processor_seconds(self) -> dict[str, float]:
        """Return the processor time used so far, by the name of the process."""
        used = {
            "web": processor_seconds_of_tree(self.web.pid),
            "worker": self.worker.processor_seconds(),
            "PostgreSQL": processor_seconds_of_tree(self._postgres.pid),
            "Valkey": processor_seconds(self._valkey.pid),
        }
        return {name: seconds or 0.0 for name, seconds in used.items()}

    def serving(
        self, application: str, name: str, *, settings: str = "", processes: int = 1
    ) -> Process:
        """Return one more web server, of any application, on this house's services."""
        port = free_port()
        environ = self._environ | ({"DJANGO_SETTINGS_MODULE": settings} if settings else {})
        return Process(
            *(application, "--port", str(port), "--no-access-log", "--workers", str(processes)),
            program=("-m", "uvicorn"),
            environ=environ,
            log=self._directory / f"{name}.log",
            port=port,
        )

    def _web(self) -> Process:
        return self.serving(self._application, "web", processes=self._web_processes)

    def one_more_worker(self, name: str) -> Process:
        """Return a worker on this house's services."""
        return Process("run_huey", environ=self._environ, log=self._directory / f"{name}.log")
