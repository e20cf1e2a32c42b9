"""The whole application behind a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from backend.server import bind

PATIENCE = 20.0  # a generous end, never an expectation


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    """The whole application on a free port; returns the address of its sockets.

    In embedded mode its worker runs beside it, as in real life.
    """
    from backend.asgi import application  # settings and apps are ready only now

    bound = bind(0)
    config = uvicorn.Config(
        application, lifespan="on", log_config=None, timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: running.run(sockets=[bound]), daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not running.started:
        assert thread.is_alive(), "the server died"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}/graphql/"
    finally:
        running.should_exit = True
        thread.join(PATIENCE)
        bound.close()
