"""The web processes: granian over `sceau.wsgi`, started by `sceau up` as `python -m sceau.cli.server`."""

import gc
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from granian.constants import Interfaces, Loops, SSLProtocols
from granian.server import Server

from sceau import wsgi
from sceau.cli import hygiene
from sceau.web.polls import NothingNew

# Per process, and each keeps a database connection. A thread is held as long as a body travels: a document on a slow
# line for minutes. Passwords do not bound it: no more than four are checked at once (core.password_box).
_THREADS = 16


def address(bind: str) -> tuple[str, int]:
    """Host and port of "127.0.0.1:8000" or "[::1]:8000". Raises ValueError."""
    parts = urlsplit(f"//{bind}")
    if not parts.hostname or parts.port is None or parts.path:
        raise ValueError(bind)
    return parts.hostname, parts.port


def application() -> NothingNew:
    """Called by granian in each process that it forked."""
    hygiene.keep_memory_private()
    hygiene.die_with_parent(os.getppid())
    # What is loaded stays: the collector need not look at it again and again (a twentieth of a page's time).
    gc.collect()
    gc.freeze()
    return wsgi.application


def _end_when_told() -> None:
    """Until a new process has its own way to end, a signal ends it: its parent's way, inherited, would do nothing."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_DFL)


def main() -> None:
    hygiene.keep_memory_private()
    os.register_at_fork(after_in_child=_end_when_told)
    host, port = address(settings.SCEAU_BIND)
    certificate, key = settings.SCEAU_TLS_CERTIFICATE, settings.SCEAU_TLS_KEY
    Server(
        "sceau.cli.server:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        loop=Loops.asyncio,
        workers=settings.SCEAU_WEB_PROCESSES,
        blocking_threads=_THREADS,
        log_enabled=False,  # paths hold tokens: our own middleware logs route names
        log_access=False,
        ssl_cert=Path(certificate) if certificate else None,
        ssl_key=Path(key) if key else None,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    ).serve()


if __name__ == "__main__":
    main()
