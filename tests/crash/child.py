"""One act in a process of its own: `echo '{"argument": …}' | python -m tests.crash.child ACT`.

What it says, a JSON object a line, it says after the act was done: that is the acknowledgement a user gets.
"""

import importlib
import json
import sys
from typing import Any

import django
from django.db import connections

django.setup()

from tests import installation  # noqa: E402
from tests.crash import moved  # noqa: E402


def act(name: str, wanted: dict[str, Any]) -> None:
    moved.to(days=wanted.pop("days", 0))
    installation.cheapen_passwords()
    module, _, function = name.rpartition(".")
    getattr(importlib.import_module(f"tests.crash.{module}"), function)(**wanted)
    connections.close_all()


if __name__ == "__main__":
    act(sys.argv[1], json.load(sys.stdin))
