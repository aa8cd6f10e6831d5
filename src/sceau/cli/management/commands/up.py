"""`sceau up`: every service of this machine from one command, if this installation is safe to run."""

from typing import Any

from django.conf import settings
from django.core.checks import ERROR
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from sceau.cli import answers, checks, hygiene, services, supervisor, terminal
from sceau.core.errors import Error
from sceau.evidence import checks as evidence_checks


class Command(BaseCommand):
    help = "Démarre tous les services de cette machine : pages et tâches de fond."
    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        hygiene.keep_memory_private()
        with terminal.language():
            self._refuse_unsafe()
            try:
                evidence_checks.at_start()
            except Error as error:
                raise CommandError(answers.sentence(error)) from error
            connections.close_all()
            self.stdout.write(_("Sceau écoute sur %s.") % settings.SCEAU_PUBLIC_URL)
        supervisor.run(services.all_services())

    def _refuse_unsafe(self) -> None:
        found = checks.installation()
        faults = [message for message in found if message.level >= ERROR]
        if warnings := [message for message in found if message.level < ERROR]:
            self.stderr.write(terminal.fault_lines(warnings))
        if faults:
            raise CommandError(_("Sceau ne démarre pas.") + "\n" + terminal.fault_lines(faults))
