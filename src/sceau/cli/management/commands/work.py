"""`sceau work`: sends notices, publishes evidence, applies retention. Start as many as you like."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sceau.cli import hygiene, work
from sceau.evidence import checks


class Command(BaseCommand):
    help = "Fait les tâches de fond : avis, journal des preuves, conservation."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Fait tout ce qui est dû, puis s’arrête.")

    def handle(self, *_arguments: Any, once: bool, **_options: Any) -> None:
        hygiene.keep_memory_private()
        checks.at_start()
        if once:
            work.work_once()
            return
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        work.work(stop)
