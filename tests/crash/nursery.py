"""Starts processes of `tests.crash.load` and kills them, as it is told, a line an order; loading Python once.

start NAME  →  the child's id
kill ID     →  how it had ended by itself, or -9
"""

import os
import signal
import sys
import traceback

import django

django.setup()

from sceau.cli import hygiene  # noqa: E402
from tests import installation  # noqa: E402
from tests.crash import load  # noqa: E402


def main() -> None:
    installation.cheapen_passwords()
    load.forget_soon()
    for line in sys.stdin:
        order, _, what = line.strip().partition(" ")
        print(_start(what) if order == "start" else _kill(int(what)), flush=True)


def _start(name: str) -> int:
    parent, child = os.getpid(), os.fork()
    if child == 0:
        hygiene.die_with_parent(parent)  # when the tests themselves are killed, nobody else would
        os.dup2(2, 1)  # what children print must not look like our answers
        try:
            getattr(load, name)()
        finally:  # a process that ends by itself has failed; it must not go on as a second nursery
            traceback.print_exc()
            os._exit(1)
    return child


def _kill(child: int) -> int:
    ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
