from django.apps import AppConfig

from sceau.ui import logs


class UiConfig(AppConfig):
    name = "sceau.ui"

    def ready(self) -> None:
        logs.configure()
