"""The whole product in one process: the lock simulator where no lock cloud is named, the worker,
and the ASGI server."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn
from django.conf import settings
from django.core.management.base import CommandError

from apps.locks.simulator import FaultPlan, SimulatorSettings
from apps.locks.simulator.server import SimulatorServer
from apps.locks.simulator.store import StoreInUseError

HOST: Final = "127.0.0.1"
STAY_URL: Final = f"http://{HOST}:{{port}}/api/stays/{{{{token}}}}/"
SIMULATOR_PORT: Final = 8090
FAREWELL_SECONDS: Final = 5  # how long open sockets get to say goodbye
LOCK_FEEL: Final = FaultPlan(latency_ms=400, jitter_ms=100)  # of gateways on a good day


def bind(port: int) -> socket.socket:
    """Return a listening socket on this machine alone. Raises CommandError when it is taken."""
    # The protocol is named, so that asyncio switches Nagle's delay off.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        bound.listen(2048)
    except (OSError, OverflowError) as error:
        bound.close()
        raise CommandError(f"Port {port} can't be used; choose another one with --port.") from error
    return bound


def start_simulator() -> SimulatorServer | None:
    """Start the lock simulator, unless a lock cloud is named, and point this process at it.

    Its memory is kept in a file: like real locks, it forgets nothing when this process is killed.
    """
    if settings.TTLOCK_API_URL_GIVEN:
        return None
    server = _simulator_on(SIMULATOR_PORT) or _simulator_on(0)
    if server is None:
        raise CommandError("The lock simulator found no free port.")
    server.start()
    settings.TTLOCK_API_URL = server.url
    return server


def _simulator_on(port: int) -> SimulatorServer | None:
    options = SimulatorSettings(faults=LOCK_FEEL, state_path=simulator_state_path())
    try:
        return SimulatorServer(options, host=HOST, port=port)
    except StoreInUseError as error:
        raise CommandError(
            "Another Doorstep process of this directory is running its lock simulator; stop it "
            "first, or name a lock cloud with TTLOCK_API_URL."
        ) from error
    except OSError:
        return None


def simulator_state_path() -> Path:
    """Where the simulated locks remember their codes."""
    path: Path = settings.VAR_DIR / "ttlock-simulator.sqlite3"
    return path


class EmbeddedServer(uvicorn.Server):
    """Serves ``backend.asgi``; a second Ctrl-C does not cut the farewell short."""

    def __init__(self, on_started: Callable[[], None] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                "backend.asgi:application",
                lifespan="on",
                log_config=None,  # settings.LOGGING is in force
                access_log=False,
                timeout_graceful_shutdown=FAREWELL_SECONDS,
                ws="websockets-sansio",
                ws_max_size=1_000_000,
            )
        )
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop. Further signals change nothing: the farewell is bounded anyway."""
        self.should_exit = True

    def serve_on(self, bound: socket.socket) -> None:
        """Serve until stopped. Links to stays lead here, where a hotel names no address."""
        settings.GUEST_APP_URL = STAY_URL.format(port=bound.getsockname()[1])
        self.run(sockets=[bound])
