"""The web processes as `sceau up` starts them, and browsers that are signed in to them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.vault import sessions
from sceau.vault.models import Principal
from sceau.vault.sessions import Assurance

_TICKS = os.sysconf("SC_CLK_TCK")


def sign_in(actor: Actor) -> str:
    """An open session's cookie, without the cost of a password."""
    at, principal = clock.now(), Principal.objects.get(id=actor.person.principal_id)
    pending = sessions.begin(principal, actor.keys.own_seed(), device="Mesures", at=at)
    return sessions.complete(pending, assurance=Assurance.CODE, at=at)


@contextmanager
def running(processes: int = 2) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port, and the process whose children answer there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {"SCEAU_BIND": f"127.0.0.1:{port}", "SCEAU_LOG_LEVEL": "info", "SCEAU_WEB_PROCESSES": str(processes)}
    environment = {**os.environ, **chosen}
    process = subprocess.Popen([sys.executable, "-m", "sceau.cli.server"], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def family(process: subprocess.Popen[bytes]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [process.pid, *map(int, children)]


def backends() -> list[int]:
    """PostgreSQL works in processes of its own."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def seconds(pids: list[int]) -> float:
    """Processor time, of the system's part too."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(stat[11]) + int(stat[12]) for stat in fields) / _TICKS
