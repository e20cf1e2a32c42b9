"""The door for ASGI servers: HTTP, WebSockets and, in embedded mode, the worker beside them."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from backend.environment import declare_serving

declare_serving()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django_application = get_asgi_application()

# Importable only once Django is set up.
from backend.bodies import BoundedBodies  # noqa: E402
from backend.lifespan import Lifespan  # noqa: E402
from backend.origins import OwnOriginsOnly  # noqa: E402
from backend.sockets import websocket_routes  # noqa: E402

application = Lifespan(
    ProtocolTypeRouter(
        {
            "http": BoundedBodies(django_application),
            "websocket": OwnOriginsOnly(websocket_routes()),
        }
    )
)
