from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "apps.partners"
    label = "partners"
    verbose_name = "Partners"

    def ready(self) -> None:
        from apps.partners import figures, jobs, receivers  # models exist only now

        jobs.register_all()
        figures.register_all()
        receivers.connect()
