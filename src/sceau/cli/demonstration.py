"""A throw-away installation: settings for `sceau demo`, made before anything reads them."""

import argparse
import os
import socket
import sys
import tempfile
from pathlib import Path

from sceau.core import random
from sceau.demo import cast

ANY_PORT = 0


def enter(arguments: list[str]) -> None:
    """Point this process and its children at an empty folder. Exits when the port is taken."""
    port = _parser().parse_args(arguments).port
    if not _is_free(port):
        sys.exit(f"sceau demo: le port {port} est pris ; essayez « sceau demo --port {port + 10} »")
    folder = Path(tempfile.mkdtemp(prefix="sceau-demo-"))
    for name in ("data", "keys", "courriels"):
        (folder / name).mkdir(mode=0o700)
    hosts = ["localhost", "courriels.localhost", *(f"{player.handle}.localhost" for player in cast.EVERYBODY)]
    for name in [name for name in os.environ if name.startswith("SCEAU_")]:
        del os.environ[name]
    os.environ.update(
        SCEAU_DEMO="yes",
        SCEAU_DATA=str(folder / "data"),
        SCEAU_KEYS=str(folder / "keys"),
        SCEAU_CUSTODY_PASSPHRASE=random.token(),
        SCEAU_BIND=f"127.0.0.1:{port}",
        SCEAU_PUBLIC_URL=f"http://localhost:{port}",
        SCEAU_HOSTS=",".join(hosts),
        SCEAU_WEB_PROCESSES="1",
        SCEAU_LOG_LEVEL="warning",
        SCEAU_RELAY_PORT=str(_free_port()),
        SCEAU_MAIL_FROM="ne-pas-repondre@sceau.example",
        SCEAU_NEW_ACCOUNTS="certified",
        SCEAU_OPERATOR="Sceau",
        SCEAU_HELP_PHONE="01 00 00 00 00",
        SCEAU_HELP_MAIL="aide@sceau.example",
        SCEAU_HELP_HOURS="en semaine, de 9 h à 18 h",
        SCEAU_DPO_MAIL="dpo@sceau.example",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sceau demo")
    parser.add_argument("--port", type=int, default=8000)
    return parser


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", ANY_PORT))
        port: int = probe.getsockname()[1]
        return port
