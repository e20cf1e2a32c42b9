from django.apps import AppConfig


class SeatsConfig(AppConfig):
    name = "apps.seating"
    label = "seating"
    verbose_name = "Seats"

    def ready(self) -> None:
        from apps.common import hearing
        from apps.seating import changes, jobs, notice_texts  # models exist only now
        from apps.seating.models import LIVE_GROUPS

        jobs.register_all()
        notice_texts.register_all()
        hearing.follow_log(LIVE_GROUPS, changes.positions_of)
