from django.apps import AppConfig
from django.core.checks import register

from sceau.cli import checks


class CliConfig(AppConfig):
    name = "sceau.cli"

    def ready(self) -> None:
        register(checks.installation, "sceau", deploy=True)
