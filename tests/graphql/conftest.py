"""The whole application behind a real socket."""

from tests.live_server import server as server
