"""`sceau backup DIR`: one more generation; services go on meanwhile."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.cli import answers, backups, terminal
from sceau.core import clock
from sceau.core.errors import Error


class Command(BaseCommand):
    help = "Sauvegarde la base et les contenus scellés ; jamais les clés."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_arguments: Any, folder: Path, **_options: Any) -> None:
        with terminal.language():
            try:
                made = backups.make(folder, at=clock.now())
            except Error as error:
                raise CommandError(answers.sentence(error)) from error
            self.stdout.write(_("Sauvegarde faite : %s") % made.folder)
            self.stdout.write(
                _("%(blobs)s contenus, dont %(copied)s copiés ; %(old)s générations trop vieilles retirées.")
                % {"blobs": made.blobs, "copied": made.copied, "old": made.forgotten}
            )
