"""Services are started, restarted with a growing pause, and stopped together; none outlives its supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sceau.cli.supervisor import Service

PROGRAM = """
import sys
from sceau.cli.supervisor import Service, run
run([Service(name, ["sleep", "300"], {"PATH": "/usr/bin:/bin"}) for name in ("one", "two")])
"""


def service(*command: str, secret: tuple[str, str] | None = None, **environment: str) -> Service:
    return Service("essai", command, {"PATH": os.environ["PATH"], **environment}, secret=secret)


def eventually(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return what()


def test_a_crash_is_followed_by_a_pause_that_grows() -> None:
    crashing, pauses = service("sh", "-c", "exit 3"), []
    for _ in range(7):
        crashing.due = 0
        crashing.tend()
        assert crashing.process
        crashing.process.wait(10)
        before = time.monotonic()
        crashing.tend()
        assert crashing.process is None
        pauses.append((before, crashing.due, time.monotonic()))
    expected = (1, 2, 4, 8, 16, 30, 30)
    assert all(low + pause <= due <= high + pause for pause, (low, due, high) in zip(expected, pauses, strict=True))


def test_a_service_that_ran_for_a_while_begins_again_with_the_first_pause() -> None:
    steady = service("sh", "-c", "exit 0")
    steady.crashes = 5
    steady.tend()
    assert steady.process
    steady.process.wait(10)
    steady.started -= 61
    steady.tend()
    assert steady.crashes == 1


def test_it_waits_until_the_pause_is_over() -> None:
    waiting = service("sleep", "300")
    waiting.due = time.monotonic() + 60
    waiting.tend()
    assert waiting.process is None


@pytest.mark.attack(39)
def test_a_secret_goes_through_a_pipe_and_is_in_no_environment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f'cat "$SCEAU_X_FILE" > {out}; echo >> {out}; tr "\\0" "\\n" < /proc/self/environ >> {out}'
    trusted = service("sh", "-c", script, secret=("SCEAU_X_FILE", "phrase secrète"))
    trusted.tend()
    assert trusted.process
    trusted.process.wait(10)
    first, *environment = out.read_text().splitlines()
    assert first == "phrase secrète"
    assert "SCEAU_X_FILE=/proc/self/fd/" in "\n".join(environment)
    assert "secrète" not in "\n".join(environment)
    assert "secrète" not in repr(trusted)


def test_a_service_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    stubborn = service("sh", "-c", f"trap '' TERM; touch {deaf}; while :; do sleep 0.1; done")
    stubborn.tend()
    assert eventually(deaf.exists)
    stubborn.stop()
    stubborn.wait(0.5)
    assert stubborn.process
    assert stubborn.process.returncode == -signal.SIGKILL


def children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text().split()] if listing.exists() else []


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_service_outlives_its_supervisor(number: signal.Signals) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.DEVNULL)
    assert eventually(lambda: len(children(supervisor.pid)) == 2)
    services = children(supervisor.pid)
    supervisor.send_signal(number)
    assert supervisor.wait(25) == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    assert eventually(lambda: all(gone(pid) for pid in services))
