"""How tests ask `tests.crash.nursery` for processes, and the place where such a process finds its installation."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.crash import saying
from tests.crash.saying import Ended

ROOT = Path(__file__).parents[2]


class Nursery:
    """The processes of one installation, as `tests.crash.nursery` starts them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.alive: dict[int, str] = {}

    def start(self, role: str) -> None:
        self.alive[self._ask(f"start {role}")] = role

    def kill(self, child: int) -> str:
        """The role of the process that died. It must not have ended by itself."""
        role = self.alive.pop(child)
        status = self._ask(f"kill {child}")
        assert status == -signal.SIGKILL, f"{role} had ended by itself with {status}"
        return role

    def run(self, **order: Any) -> int:
        """One act to its end; how that was."""
        return self._ask(f"run {json.dumps(order)}")

    def _ask(self, order: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def nursery(environment: Mapping[str, str], log: Path) -> Iterator[Nursery]:
    """Kills everything at the end: nobody says goodbye."""
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    nursery = Nursery(process)
    try:
        yield nursery
    finally:
        for child in list(nursery.alive):
            nursery.kill(child)
        process.communicate()


class Slot:
    """One place and one name of a database, for one installation after the other.

    What a process reads at its start, paths and keys, is the same for all of them: so one nursery bears the processes
    of all of them.
    """

    def __init__(self, folder: Path) -> None:
        self.site, self.database = folder / "site", f"slot_{uuid4().hex}"
        self._log, self._output, self._trace = (folder / name for name in ("log.txt", "output.txt", "trace.txt"))
        self._bears: Nursery | None = None
        self._with: dict[str, str] = {}

    @contextmanager
    def bearing(self, environment: dict[str, str]) -> Iterator[None]:
        with nursery(environment, self._log) as self._bears:
            self._with = _settings(environment)
            yield

    def run(self, environment: dict[str, str], act: str, failpoint: str, arguments: dict[str, Any]) -> Ended:
        assert self._bears, "nobody bears processes here"
        assert _settings(environment) == self._with, "a nursery's settings are those it was started with"
        status = self._bears.run(
            act=act, failpoint=failpoint, arguments=arguments, output=str(self._output), trace=str(self._trace)
        )
        output = self._output.read_text()
        return Ended(status, saying.said(output), output, self._trace.read_text()[-4000:])

    def clear(self) -> None:
        shutil.rmtree(self.site)


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("SCEAU_")}
