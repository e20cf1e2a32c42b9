from django.apps import AppConfig


class SeatsConfig(AppConfig):
    name = "apps.seating"
    label = "seating"
    verbose_name = "Seats"

    def ready(self) -> None:
        from apps.seating import jobs  # models exist only now

        jobs.register_all()
