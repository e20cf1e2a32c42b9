from django.apps import AppConfig
from django.core.signals import got_request_exception


class CommonConfig(AppConfig):
    name = "apps.common"
    label = "common"
    verbose_name = "Shared ground"

    def ready(self) -> None:
        from apps.common import (  # models exist only now
            duties,
            events,
            figures,
            health_checks,
            hearing,
            maintenance,
        )
        from apps.common.api.exceptions import log_uncaught  # settings are complete only now
        from apps.common.notices import jobs

        got_request_exception.connect(log_uncaught, dispatch_uid="common.log_uncaught")
        jobs.register_all()
        duties.register_all()
        health_checks.register_all()
        figures.register_all()
        hearing.follow_log(events.GROUPS, events.positions_of)
        maintenance.register_all(self)
