"""`sceau demo`: a whole installation for the time of a visit, with its cast, its envelopes and its mails."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from sceau.cli import keys, services, supervisor
from sceau.cli.supervisor import Service
from sceau.core import clock
from sceau.demo import mailboxes, stage, walkthrough
from sceau.evidence import trust


class Command(BaseCommand):
    help = "Une démonstration complète sur cette machine ; tout est effacé à la fin."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        folder = Path(settings.SCEAU_DATA).parent
        try:
            self.stdout.write("La démonstration se prépare…")
            trusted = _install(folder)
            stage.play(at=clock.now())
            connections.close_all()
            self.stdout.write(walkthrough.text(settings.SCEAU_PUBLIC_URL, sys.argv[0], trusted))
            supervisor.run([_relay(), *services.all_services()])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self.stdout.write("Tout est effacé.")


def _install(folder: Path) -> Path:
    """Keys and tables; where the trust file is."""
    keys.create(keys.plan(settings.SCEAU_CUSTODY_PASSPHRASE), at=clock.now())
    # Settings were read before it was made.
    settings.SECRET_KEY = (settings.SCEAU_KEYS / "secret.key").read_text().strip()
    call_command("migrate", verbosity=0)
    trusted = folder / "operator.pem"
    trusted.write_text(trust.write(settings.SCEAU_KEYS, settings.SCEAU_OPERATOR), encoding="utf-8")
    return trusted


def _relay() -> Service:
    command = [sys.executable, "-m", "sceau.demo.relay", str(settings.SCEAU_RELAY_PORT), str(mailboxes.folder())]
    return Service("courriels", command, {"PATH": os.environ.get("PATH", os.defpath)})
