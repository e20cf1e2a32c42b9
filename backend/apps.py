from django.apps import AppConfig
from django.conf import settings


class BackendConfig(AppConfig):
    name = "backend"
    label = "backend"

    def ready(self) -> None:
        """Send traces, where somebody collects them; the library is imported then alone."""
        if settings.OTEL_ENDPOINT:
            from backend.telemetry import switch_on

            switch_on(endpoint=settings.OTEL_ENDPOINT, service=settings.OTEL_SERVICE)
