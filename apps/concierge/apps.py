from django.apps import AppConfig


class ConciergeConfig(AppConfig):
    name = "apps.concierge"
    label = "concierge"
    verbose_name = "Concierge"

    def ready(self) -> None:
        from apps.concierge import jobs, receivers  # models exist only now

        jobs.register_all()
        receivers.connect()
