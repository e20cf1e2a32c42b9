from django.apps import AppConfig


class SeatsConfig(AppConfig):
    name = "apps.seating"
    label = "seating"
    verbose_name = "Seats"
