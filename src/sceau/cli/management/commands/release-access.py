"""`sceau release-access ADDRESS`: an operator gives access back to somebody who lost it (V8)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.accounts import recovery
from sceau.cli import terminal
from sceau.core import clock
from sceau.core.errors import Malformed, NotFound
from sceau.core.values import Address
from sceau.ui import dates


class Command(BaseCommand):
    help = (
        "Rend l’accès à une personne qui l’a perdu, une fois passé le délai où elle peut refuser."
        " Vérifiez d’abord, par un numéro que vous connaissiez déjà, que la demande est bien la sienne."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADRESSE")

    def handle(self, *_arguments: Any, address: str, **_options: Any) -> None:
        with terminal.language():
            try:
                person = recovery.release(Address.parse(address), at=clock.now())
            except recovery.StillRefusable as error:
                until = dates.exact(error.until, zone="Europe/Paris")
                text = _("Cette personne peut refuser jusqu’au %(until)s, heure de Paris. Rien n’a changé.")
                raise CommandError(text % {"until": until}) from error
            except (NotFound, Malformed) as error:
                text = _("Aucune demande n’attend à cette adresse : elle a été refusée, a servi, ou n’existe pas.")
                raise CommandError(text) from error
            text = _(
                "L’accès de %(name)s est rendu : son nouveau mot de passe servira dès que « sceau work » aura agi."
            )
            self.stdout.write(text % {"name": person.name})
