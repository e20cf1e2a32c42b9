"""The door for ASGI servers: HTTP, WebSockets and, in embedded mode, the worker beside them."""

import os

import django
from channels.routing import ProtocolTypeRouter

from backend.environment import declare_serving

declare_serving()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup(set_prefix=False)

# Importable only once Django is set up.
from backend.bodies import BoundedBodies  # noqa: E402
from backend.kept_threads import KeptThreadsHandler  # noqa: E402
from backend.lifespan import Lifespan  # noqa: E402
from backend.operations.liveness import Liveness  # noqa: E402
from backend.operations.measuring import MeasuredSockets  # noqa: E402
from backend.origins import OwnOriginsOnly  # noqa: E402
from backend.sockets import websocket_routes  # noqa: E402

application = Lifespan(
    ProtocolTypeRouter(
        {
            "http": Liveness(BoundedBodies(KeptThreadsHandler())),
            "websocket": OwnOriginsOnly(MeasuredSockets(websocket_routes())),
        }
    )
)
