from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "apps.bookings"
    label = "bookings"
    verbose_name = "Bookings"

    def ready(self) -> None:
        from apps.bookings import jobs, notice_texts, receivers  # models exist only now

        jobs.register_all()
        notice_texts.register_all()
        receivers.connect()
