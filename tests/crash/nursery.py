"""Bears processes and buries them, as it is told, a line an order; loading Python once.

start NAME  →  the id of a child that does what `tests.crash.load` says under that name, for ever
kill ID     →  how it had ended by itself, or -9
run ORDER   →  how an act ended, as `tests.crash.child` does it in a process that loads Python itself
"""

import importlib
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable

import django

django.setup()

from django.db import connections  # noqa: E402

from sceau.cli import hygiene  # noqa: E402
from sceau.core import failpoints  # noqa: E402
from tests import installation  # noqa: E402
from tests.crash import after, child, load  # noqa: E402, F401

SECONDS = 100  # for one act


def main() -> None:
    installation.cheapen_passwords()
    for line in sys.stdin:
        order, _, what = line.strip().partition(" ")
        answer = ORDERS[order](what)
        if answer is None:
            return  # we are the child: its act is done, and it ends as every process does
        print(answer, flush=True)


def _bear() -> int:
    """What is born has no connection, no thread and nobody's file: it is as a process that has just been loaded."""
    assert not any(each.connection for each in connections.all(initialized_only=True))
    assert threading.active_count() == 1
    parent, child = os.getpid(), os.fork()
    if child == 0:
        hygiene.die_with_parent(parent)  # when the tests themselves are killed, nobody else would
    return child


def _start(name: str) -> int:
    child = _bear()
    if child == 0:
        load.forget_soon()
        os.dup2(2, 1)  # what children print must not look like our answers
        try:
            getattr(load, name)()
        finally:  # a process that ends by itself has failed; it must not go on as a second nursery
            traceback.print_exc()
            os._exit(1)
    return child


def _kill(id: str) -> int:
    child = int(id)
    ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _run(text: str) -> int | None:
    order = json.loads(text)
    if born := _bear():
        _, status = os.waitpid(born, 0)
        return os.waitstatus_to_exitcode(status)
    for descriptor, path in ((0, os.devnull), (1, order["output"]), (2, order["trace"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    signal.alarm(SECONDS)
    if order["failpoint"]:
        os.environ["SCEAU_FAILPOINT"] = order["failpoint"]
        importlib.reload(failpoints)  # as it reads its variable at every start
    child.act(order["act"], order["arguments"])
    return None


ORDERS: dict[str, Callable[[str], int | None]] = {"start": _start, "kill": _kill, "run": _run}


if __name__ == "__main__":
    main()
