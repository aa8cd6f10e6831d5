"""`sceau keys create` makes the keys of an installation; `sceau keys trust` writes what a verifier needs."""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.cli import answers, keys, terminal
from sceau.core import clock
from sceau.core.errors import Refused
from sceau.evidence import trust


class Command(BaseCommand):
    help = "Crée les clés de l’installation, ou écrit le fichier de confiance des vérificateurs."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=("create", "trust"))

    def handle(self, *_arguments: Any, act: str, **_options: Any) -> None:
        with terminal.language():
            if act == "create":
                self._create()
            else:
                self.stdout.write(trust.write(settings.SCEAU_KEYS, settings.SCEAU_OPERATOR), ending="")

    def _create(self) -> None:
        plan = keys.plan(settings.SCEAU_CUSTODY_PASSPHRASE or _ask())
        try:
            keys.create(plan, at=clock.now())
        except Refused as error:
            raise CommandError(answers.sentence(error)) from error
        self.stdout.write(
            _(
                "Les clés sont dans %(folder)s.\n"
                "À garder hors de cette machine, chacune dans un lieu différent :\n"
                "  1. la phrase de passe de la garde des clés : sans elle, un accès perdu ne se rend pas ;\n"
                "  2. une copie de %(custody)s : sans elle non plus ;\n"
                "  3. une copie des autres fichiers : sans eux, l’installation ne redémarre pas ailleurs.\n"
                "Aucune sauvegarde de Sceau ne les contient. Le fichier à donner aux vérificateurs s’écrit par\n"
                "« sceau keys trust > operator.pem »."
            )
            % {"folder": plan.folder, "custody": plan.custody_file}
        )


def _ask() -> str:
    """The passphrase, twice, from a terminal; nothing when there is none."""
    if not sys.stdin.isatty():
        return ""
    first = getpass.getpass(_("Phrase de passe de la garde des clés : "))
    if first != getpass.getpass(_("La même, encore une fois : ")):
        raise CommandError(_("Les deux phrases diffèrent. Rien n’a été créé."))
    return first
