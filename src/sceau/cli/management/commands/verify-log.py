"""`sceau verify-log`: is the whole log what was signed, and does it still hold what somebody kept? Reads only."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from sceau.cli import answers, terminal
from sceau.core import clock
from sceau.core.errors import Error, Malformed, NotFound
from sceau.evidence import checks, origins
from sceau.evidence.faults import LogFault
from sceau.evidence.proof import Proof
from sceau.evidence.receipt import Receipt


class Command(BaseCommand):
    help = "Vérifie le journal des preuves en entier : chaque événement, chaque tuile, chaque signature."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--holds",
            type=Path,
            action="append",
            default=[],
            metavar="FICHIER",
            help="une preuve gardée (JSON, .tlog-proof ou point de contrôle) que le journal doit encore contenir",
        )

    def handle(self, *_arguments: Any, holds: list[Path], **_options: Any) -> None:
        with terminal.language():
            faults = self._verify(clock.now())
            faults += [fault for path in holds if (fault := self._verify_holds(path))]
            if faults:
                raise CommandError("\n".join([_("Le journal n’est pas ce qui a été signé."), *faults]))
            self.stdout.write(_("Le journal est entier."))

    def _verify(self, at: datetime) -> list[str]:
        """Every origin, then what no origin has; a line for each, the faults returned."""
        try:
            for report in checks.fully(at=at):
                text = _("%(origin)s : %(entries)s événements, %(checkpoints)s signatures vérifiées.")
                self.stdout.write(
                    text % {"origin": report.origin, "entries": report.entries, "checkpoints": report.checkpoints}
                )
                if report.lost:
                    lost = _("  dont %(lost)s perdus avec une base restaurée, nommés dans le journal qui suit.")
                    self.stdout.write(lost % {"lost": report.lost})
        except LogFault as fault:
            return [f"{fault.code} : {fault.origin} {fault.where}".rstrip(), answers.sentence(fault)]
        if not origins.everyone():
            self.stdout.write(_("Le journal est encore vide."))
        return []

    def _verify_holds(self, path: Path) -> str | None:
        """The fault, if the log no longer holds what the file says."""
        try:
            for text in _checkpoints(path.read_bytes()):
                head = checks.require_contains(text)
                found = _("%(file)s : le journal contient bien ses %(size)s premiers événements.")
                self.stdout.write(found % {"file": path, "size": head.size})
        except OSError as error:
            return f"{path} : {error.strerror}"
        except (Malformed, NotFound):
            return _("%s : ce n’est pas une preuve de ce journal.") % path
        except Error as error:
            return f"{path} : {error.code}"
        return None


def _checkpoints(data: bytes) -> set[str]:
    """The signed notes in a receipt, a proof or a note itself. Raises Malformed."""
    if data.startswith(b"{"):
        return {item.proof.checkpoint for item in Receipt.decode(data).items}
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Malformed from error
    return {Proof.decode(text).checkpoint if text.startswith("c2sp.org/tlog-proof@") else text}
