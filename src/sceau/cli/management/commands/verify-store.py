"""`sceau verify-store`: is everything that the rows name there, and whole? Reads only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from sceau.cli import store_check, terminal
from sceau.core import clock


class Command(BaseCommand):
    help = "Vérifie que tout ce que la base nomme existe et est entier ; ne lit aucun contenu, ne change rien."
    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        with terminal.language():
            count = 0
            for finding in store_check.verify(at=clock.now()):
                self.stdout.write(str(finding))
                count += 1
            self.stdout.write(", ".join(f"{number} {what}" for what, number in store_check.counts().items()))
            if count:
                raise CommandError(_("%s anomalies.") % count)
            self.stdout.write(_("Tout est là et entier."))
