"""A crash point kills at the named passage, and does nothing otherwise."""

import os
import signal
import subprocess
import sys

import pytest

from tests import failpoints

PROGRAM = """
from sceau.core.failpoints import failpoint
for turn in range(3):
    failpoint("here")
    failpoint("elsewhere")
    print(turn, flush=True)
"""


def run(armed: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SCEAU_")}
    if armed is not None:
        environment["SCEAU_FAILPOINT"] = armed
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize(
    ("armed", "turns"), [("here", []), ("here:1", []), ("here:3", ["0", "1"]), ("elsewhere:2", ["0"])]
)
def test_it_kills_at_the_named_passage(armed: str, turns: list[str]) -> None:
    done = run(armed)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == turns


@pytest.mark.parametrize("armed", [None, "", "nowhere", "here:4"])
def test_it_does_nothing_otherwise(armed: str | None) -> None:
    done = run(armed)
    assert (done.returncode, done.stdout.split()) == (0, ["0", "1", "2"])


def test_a_count_that_is_no_number_stops_the_start() -> None:
    assert run("here:often").returncode == 1


def test_every_name_stands_in_one_place() -> None:
    assert all("." in name for name in failpoints.names())
