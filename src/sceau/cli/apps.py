from django.apps import AppConfig
from django.core.checks import register


class CliConfig(AppConfig):
    name = "sceau.cli"

    def ready(self) -> None:
        from sceau.cli import checks  # now: what it imports has models

        register(checks.installation, "sceau", deploy=True)
