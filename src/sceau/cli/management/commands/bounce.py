"""`sceau bounce RECIPIENT`: reads a mail that came back, on standard input.

For the relay's delivery to the addresses `bounces+…@SCEAU_BOUNCE_DOMAIN`; with Postfix, in master.cf:

    sceau-bounce unix - n n - 4 pipe flags=q user=sceau argv=/usr/local/bin/sceau bounce ${original_recipient}
"""

import os
import sys
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError

from sceau.cli import hygiene
from sceau.core import clock
from sceau.notify import bounces, reports


class Command(BaseCommand):
    help = "Reçoit le rapport d’un avis qui n’est pas arrivé (lu sur l’entrée standard)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipient")

    def handle(self, *_arguments: Any, recipient: str, **_options: Any) -> None:
        hygiene.keep_memory_private()
        data = read(sys.stdin.buffer)
        try:
            bounces.receive(recipient, data, at=clock.now())
        except (OperationalError, InterfaceError):
            sys.exit(os.EX_TEMPFAIL)  # the relay keeps the report and tries again


def read(source: BinaryIO) -> bytes:
    """The beginning of a mail, however long it is; the rest is read too, so that the relay is not cut off."""
    kept = source.read(reports.LIMIT)
    while source.read(1 << 20):
        pass
    return kept
