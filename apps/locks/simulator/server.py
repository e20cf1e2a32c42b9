"""A running simulator: in a thread of another process, or as a process of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from apps.locks.simulator.app import create_app
from apps.locks.simulator.simulator import Simulator, SimulatorSettings

START_SECONDS: Final = 10.0
FAREWELL_SECONDS: Final = 1  # how long calls under way may take to end


class UnloggedProtocol(HttpToolsProtocol):
    """HTTP without access log lines, which would hold tokens and codes.

    uvicorn's own switch would silence every other server in the process as well.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False


def _config(simulator: Simulator) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(simulator),
        http=UnloggedProtocol,
        ws="none",
        log_config=None,  # logging belongs to the process around
        log_level=None,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError when it is taken.

    Whoever connects from now on waits until the server is up, and is not refused.
    """
    # asyncio switches Nagle's algorithm off only where TCP is named; else answers lag by 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


class SimulatorServer:
    """A simulator in a background thread with an event loop of its own.

    ``url`` is known before ``start``, so that it can be handed to a client at once. Usable as a
    context manager. Raises OSError when the port is taken, StoreInUseError when the state file is.
    """

    def __init__(
        self,
        settings: SimulatorSettings | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._socket = listen(host, port)
        try:
            self.simulator = Simulator(settings or SimulatorSettings())
        except BaseException:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._server = uvicorn.Server(_config(self.simulator))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="ttlock-simulator", daemon=True)

    def start(self) -> Self:
        """Return when requests are answered. Raises RuntimeError when it does not come up."""
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the lock simulator did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """End the server and let go of the state file. Safe to call twice."""
        if self._thread.ident is None:  # it never started
            self.simulator.world.close()
        elif self._thread.is_alive():
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self.simulator.stop)
            self._server.should_exit = True
            self._thread.join(START_SECONDS)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self.simulator.world.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve_forever(simulator: Simulator, listening: socket.socket) -> None:
    """Answer on ``listening`` until the process is interrupted."""
    try:
        # uvicorn ends in order first, then raises the interrupt again.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(_config(simulator)).run(sockets=[listening])
    finally:
        simulator.world.close()
