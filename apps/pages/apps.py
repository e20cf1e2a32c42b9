from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class PagesConfig(AppConfig):
    name = "apps.pages"
    label = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        from apps.pages.entrance import end_with_session  # models exist only now

        user_logged_out.connect(end_with_session, dispatch_uid="pages.end_with_session")
