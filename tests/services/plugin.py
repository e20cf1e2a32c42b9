"""Give the test run its servers, secrets and directories before Django's settings are loaded.

``DOORSTEP_TEST_BACKEND`` says on what the tests run: ``embedded`` (the default: SQLite, in-memory
layers) or ``postgres`` (a real PostgreSQL and a real Valkey, started here). pytest loads this by
``-p`` in ``pyproject.toml``; a ``conftest.py`` would come after pytest-django's settings.

Each pytest-xdist worker has a database of its own (pytest-django names it), a directory of its
own, and a Valkey of its own: publishing ignores the database numbers of Redis.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.services import PostgresServer, Server, ValkeyServer, network

BACKEND: Final = "DOORSTEP_TEST_BACKEND"
BACKENDS: Final = ("embedded", "postgres")
# Settings of the developer's shell stay outside, above all the address of a real lock cloud.
FOREIGN_NAMES: Final = frozenset(
    {
        *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"),
        *("CHECKIN_FLOW_TTL_MINUTES", "CHECKIN_FLOW_RETENTION_DAYS", "PIN_LENGTH"),
        *("BACKUP_CODES_PER_LOCK", "MAX_PROOF_BYTES", "EVENT_RETENTION_DAYS"),
        *("TRUSTED_PROXY_COUNT", "WEBHOOK_ALLOW_PRIVATE", "DEMO_GUEST_PAGE"),
        *("BOARD_TOKEN_MINUTES", "LOG_FORMAT", "LOG_ACCESS"),
        *("NOTICE_RETENTION_DAYS", "ALERT_RETENTION_DAYS", "ACCESS_RETENTION_DAYS"),
        *("CHECKIN_COMPLETED_RETENTION_DAYS", "SEAT_ORDER_RETENTION_DAYS"),
        "WEBHOOK_RETENTION_DAYS",
    }
)
FOREIGN_PREFIXES: Final = ("TTLOCK_", "RATE_LIMIT_", "GRAPHQL_", "OTEL_")
OWN_SETTINGS: Final = {
    "DEBUG": "false",
    "SECRET_KEY": "for-tests-only-and-long-enough-to-be-accepted",
    "FIELD_ENCRYPTION_KEY": "for-tests-only-too-and-long-enough-to-be-accepted",
    "LOG_ACCESS": "false",  # tests of lines ask for them; the others read their output
    "RATE_LIMIT_CHECKIN": "0",  # one address plays all the guests
}

_servers: list[Server] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Prepare the process ahead of pytest-django, which loads the settings in this same hook."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        _prepare_run()
    _prepare_process(worker or "main")
    yield


def pytest_report_header() -> str:
    """Say on what the tests run."""
    names = " and ".join(server.name for server in _servers)
    return f"doorstep: on {names}" if names else "doorstep: on the embedded default"


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    while _servers:
        _servers.pop().close()


def _prepare_run() -> None:
    """Set what the workers inherit."""
    backend = os.environ.setdefault(BACKEND, BACKENDS[0])
    if backend not in BACKENDS:
        raise pytest.UsageError(f"{BACKEND} is {backend!r}; it must be one of {BACKENDS}.")
    for name in list(os.environ):
        if name in FOREIGN_NAMES or name.startswith(FOREIGN_PREFIXES):
            del os.environ[name]
    os.environ.update(OWN_SETTINGS)
    directory = tempfile.mkdtemp(prefix="doorstep-tests-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ["DOORSTEP_VAR_DIR"] = str(Path(directory) / "main")
    if backend == "postgres":
        os.environ["DATABASE_URL"] = _run(PostgresServer()).url


def _prepare_process(name: str) -> None:
    """Set what belongs to this process alone."""
    os.environ["DOORSTEP_VAR_DIR"] = str(Path(os.environ["DOORSTEP_VAR_DIR"]).with_name(name))
    if os.environ[BACKEND] == "postgres":
        os.environ["REDIS_URL"] = _run(ValkeyServer()).url
    network.close()


def _run(server: Server) -> Server:
    _servers.append(server)
    return server.start()
