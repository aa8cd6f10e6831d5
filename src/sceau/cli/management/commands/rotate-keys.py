"""`sceau rotate-keys [PART …]`: new keys, with the services stopped; says what remains with the old ones."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.cli import answers, hygiene, rotation, terminal
from sceau.core import clock
from sceau.core.errors import Error


class Command(BaseCommand):
    help = "Remplace les clés : toutes, ou celles qui sont nommées. Arrêtez les services avant."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("parts", nargs="*", metavar="CLÉ", help=", ".join(rotation.PARTS))

    def handle(self, *_arguments: Any, parts: list[str], **_options: Any) -> None:
        hygiene.keep_memory_private()
        with terminal.language():
            if unknown := set(parts) - set(rotation.PARTS):
                raise CommandError(_("Clés inconnues : %s.") % ", ".join(sorted(unknown)))
            try:
                for part, count in rotation.rotate(parts or list(rotation.PARTS), at=clock.now()):
                    text = _("%(part)s : nouvelle clé, %(count)s éléments repris.")
                    self.stdout.write(text % {"part": part, "count": count})
            except Error as error:
                raise CommandError(answers.sentence(error)) from error
            for what, count in rotation.left_behind().items():
                text = _("Restent sous une clé d’avant : %(count)s %(what)s.")
                self.stdout.write(text % {"count": count, "what": what})
            self.stdout.write(_("Gardez une copie neuve des clés, hors de cette machine, puis relancez « sceau up »."))
