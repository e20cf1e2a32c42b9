from django.apps import AppConfig


class LocksConfig(AppConfig):
    name = "apps.locks"
    label = "locks"
    verbose_name = "Locks"

    def ready(self) -> None:
        from apps.locks import figures, health, jobs  # models exist only now

        jobs.register_all()
        health.register_all()
        figures.register_all()
