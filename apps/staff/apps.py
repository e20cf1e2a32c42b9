from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "apps.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from apps.staff import jobs  # models exist only now

        jobs.register_all()
