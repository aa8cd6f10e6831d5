"""`sceau confirm-clock`: an operator says that the date is right, and what is overdue may be destroyed (0023)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from sceau.cli import terminal, work
from sceau.core import clock
from sceau.ui import dates


class Command(BaseCommand):
    help = (
        "Confirme la date du service : les destructions qui attendaient, parce que trop en retard, auront lieu."
        " Comparez d’abord la date affichée par « date » à une autre horloge."
    )

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        with terminal.language():
            at = clock.now()
            work.confirm_clock(at)
            text = _(
                "Date confirmée : %(moment)s, heure de Paris. Les destructions dues auront lieu dans les dix minutes."
            )
            self.stdout.write(text % {"moment": dates.exact(at, zone="Europe/Paris")})
