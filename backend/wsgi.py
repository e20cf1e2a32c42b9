"""The door for WSGI servers: HTTP alone, for who has such a server already (decision 0032)."""

import os

from django.core.wsgi import get_wsgi_application

from backend.environment import declare_serving

declare_serving()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django_application = get_wsgi_application()

# Importable only once Django is set up.
from backend.bodies import BoundedBodiesWsgi  # noqa: E402
from backend.operations.liveness import LivenessWsgi  # noqa: E402

application = LivenessWsgi(BoundedBodiesWsgi(django_application))
