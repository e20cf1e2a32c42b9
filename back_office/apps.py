"""The back office: the pages on which a hotel's people work."""

from importlib import import_module

from django.apps import AppConfig

# One module for each subject; what is not named here has no page.
SUBJECTS = (
    "bookings",
    "concierge",
    "desk",
    "doors",
    "hotels",
    "housework",
    "partners",
    "people",
    "records",
    "seat_orders",
    "seats",
)


class BackOfficeConfig(AppConfig):
    name = "back_office"
    verbose_name = "back office"

    def ready(self) -> None:
        """Hang every subject's pages into the site."""
        for subject in SUBJECTS:
            import_module(f"back_office.subjects.{subject}")
