from django.apps import AppConfig


class CheckinConfig(AppConfig):
    name = "apps.checkin"
    label = "checkin"
    verbose_name = "Self check-in"

    def ready(self) -> None:
        from apps.checkin import figures, jobs, receivers  # models exist only now

        jobs.register_all()
        figures.register_all()
        receivers.connect()
