"""`sceau log status` says how the log stands; `sceau log recover` closes an origin that a restored database cut off."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.cli import answers, terminal
from sceau.core import clock
from sceau.core.errors import Error
from sceau.evidence import origins, recovery
from sceau.evidence.models import Pending
from sceau.evidence.recovery import NothingToRecover


class Command(BaseCommand):
    help = "État du journal des preuves ; reprise après une base restaurée."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=("status", "recover"))

    def handle(self, *_arguments: Any, act: str, **_options: Any) -> None:
        with terminal.language():
            if act == "status":
                self._status()
            else:
                self._recover()

    def _status(self) -> None:
        for log in origins.everyone():
            newest = origins.newest(log)
            state = _("fermé") if log.closed_at else _("ouvert")
            signed = _("%(size)s événements signés, le dernier le %(at)s") % {
                "size": newest.size if newest else 0,
                "at": newest.at.strftime("%Y-%m-%d %H:%M:%S UTC") if newest else "–",
            }
            self.stdout.write(f"{log.origin} ({state}) : {signed}")
        self.stdout.write(_("En attente d’un numéro : %s") % Pending.objects.count())

    def _recover(self) -> None:
        try:
            gap = recovery.recover(at=clock.now())
        except NothingToRecover as error:
            raise CommandError(_("Le journal et la base concordent : il n’y a rien à reprendre.")) from error
        except Error as error:
            raise CommandError(answers.sentence(error)) from error
        self.stdout.write(answers.gap(gap))
