"""`sceau restore DIR`: the newest generation of a backup (or one of them), into an empty installation."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.cli import answers, backups, restoring, store_check, terminal
from sceau.core import clock
from sceau.core.errors import Error
from sceau.evidence import recovery
from sceau.evidence.faults import LogAhead
from sceau.evidence.recovery import NothingToRecover


class Command(BaseCommand):
    help = "Restaure une sauvegarde dans une installation vide, puis vérifie tout."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="le dossier des sauvegardes, ou une de ses générations")

    def handle(self, *_arguments: Any, folder: Path, **_options: Any) -> None:
        with terminal.language():
            generation = _generation(folder)
            try:
                count = restoring.restore(generation)
            except Error as error:
                raise CommandError(answers.sentence(error)) from error
            self.stdout.write(_("%(count)s contenus et la base sont revenus de %(name)s. Vérification…") % {
                "count": count, "name": generation.name,
            })  # fmt: skip
            self._verify()

    def _verify(self) -> None:
        findings = list(store_check.verify(at=clock.now()))
        others = [finding for finding in findings if finding.code != LogAhead.code]
        if others:
            raise CommandError(
                _("La restauration n’est pas entière, les services ne démarreront pas :")
                + "".join(f"\n  {finding}" for finding in others)
            )
        # What was published after the backup was made is known to nobody here: this log is never signed again.
        with suppress(NothingToRecover):
            self.stdout.write(answers.gap(recovery.recover(at=clock.now(), restored=True)))
        restoring.finish()
        self.stdout.write(_("Tout est là. « sceau up » peut démarrer."))


def _generation(folder: Path) -> Path:
    if (folder / backups.MANIFEST).exists():
        return folder
    found = backups.generations(folder)
    if not found:
        raise CommandError(_("Il n’y a pas de sauvegarde complète dans %s.") % folder)
    return found[-1]
