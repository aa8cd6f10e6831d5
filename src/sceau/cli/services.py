"""What runs on one machine: web processes and a worker, as child processes of `sceau up`."""

import os
import sys

from django.conf import settings

from sceau.cli.supervisor import Service

_WORKER_SECRETS = {"SCEAU_CUSTODY_PASSPHRASE", "SCEAU_CUSTODY_PASSPHRASE_FILE"}


def all_services() -> list[Service]:
    """Web processes never see the custody passphrase; the worker reads it from a pipe."""
    environment = {name: value for name, value in os.environ.items() if name not in _WORKER_SECRETS}
    passphrase = ("SCEAU_CUSTODY_PASSPHRASE_FILE", settings.SCEAU_CUSTODY_PASSPHRASE)
    return [
        Service("web", [sys.executable, "-m", "sceau.cli.server"], environment),
        Service("work", [sys.executable, "-m", "sceau.cli", "work"], environment, secret=passphrase),
    ]
