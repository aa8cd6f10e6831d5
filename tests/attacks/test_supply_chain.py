"""What is installed is what was looked at when it was locked (attack 46)."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.attack(46)

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.txt"))
PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[A-Za-z0-9,._-]+\])?==[^\s;]+(?: ; [^\\]+?)?(?: --hash=sha256:[0-9a-f]{64})+"
)


def lines(lock: Path) -> Iterator[str]:
    """Each requirement on one line, as pip joins them."""
    joined = lock.read_text().replace("\\\n", " ")
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield " ".join(line.split())


def names(lock: Path) -> set[str]:
    return {re.split(r"[=\[ ;]", line)[0].lower().replace("_", "-") for line in lines(lock)}


def test_there_are_locks_for_building_running_and_developing() -> None:
    assert {lock.name for lock in LOCKS} == {"requirements.txt", "requirements-dev.txt", "requirements-build.txt"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_one_version_with_its_hashes(lock: Path) -> None:
    """No range, no address, no option that would look elsewhere: `--index-url`, `-e`, `git+https`."""
    found = list(lines(lock))
    assert found
    assert [line for line in found if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "django>=5.2 --hash=sha256:" + "a" * 64,
        "django==5.2.19",
        "django==5.2.19 --hash=md5:" + "a" * 32,
        "django @ https://voleur.example/django.whl --hash=sha256:" + "a" * 64,
        "--extra-index-url https://voleur.example/simple",
        "-e git+https://voleur.example/django",
    ],
)
def test_the_check_refuses_what_is_not_pinned(line: str) -> None:
    assert not PINNED.fullmatch(line)


def test_what_we_ask_for_is_what_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.split(r"[><=\[ ;]", line)[0].lower() for line in project["dependencies"]}
    assert asked <= names(ROOT / "requirements.txt")
    assert names(ROOT / "requirements.txt") <= names(ROOT / "requirements-dev.txt")


def test_installing_insists_on_the_hashes() -> None:
    """Every installation of a lock in the Makefile says so, and nothing is taken beside the locks."""
    commands = [line.strip() for line in (ROOT / "Makefile").read_text().splitlines() if "$(PIP) " in line]
    assert commands
    for command in commands:
        assert "--require-hashes" in command or "--no-deps --no-build-isolation" in command
