"""An installation as its operator runs it: first start, refusals, crashes, backup and restore, by commands alone."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from tests import deployment, parts
from tests.deployment import Deployment

pytestmark = pytest.mark.timeout(300)

WORKER = b"\0work\0"  # the end of its command line

SEED = """
import django; django.setup()
from sceau.core import clock
from sceau.demo import stage
stage.play(at=clock.now())
"""


def installation(folder: Path, **more: str) -> Deployment:
    return Deployment(folder, {**parts.settings_of_servers(folder), **more})


def seed(site: Deployment) -> None:
    """The cast and its envelopes, numbered in the log."""
    subprocess.run([sys.executable, "-c", SEED], env=site.environment, check=True, timeout=120)
    site.run("work", "--once")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployment]:
    made = installation(tmp_path / "site")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deployment, Path]:
    """An installation with content, and a backup of it."""
    folder = tmp_path_factory.mktemp("original")
    site = installation(folder / "site")
    site.prepare()
    seed(site)
    site.run("backup", str(folder / "sauvegardes"))
    return site, folder / "sauvegardes"


def successor(original: Deployment, folder: Path) -> Deployment:
    """An empty installation that was given the same keys."""
    site = installation(folder)
    shutil.rmtree(site.keys)
    shutil.copytree(original.keys, site.keys)
    return site


def test_it_says_what_to_do_before_the_first_start(site: Deployment) -> None:
    done = site.run("up", check=False)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "sceau.E003" in said
    assert "sceau keys create" in said
    assert "Traceback" not in said


def test_it_names_a_setting_that_it_does_not_know(site: Deployment) -> None:
    done = site.run("up", check=False, SCEAU_PASWORD_LENGTH="12")
    assert done.returncode != 0
    assert "SCEAU_PASWORD_LENGTH" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_it_refuses_tables_of_another_version_and_an_armed_crash_point(site: Deployment) -> None:
    site.run("keys", "create")
    assert "sceau.E008" in site.run("up", check=False).stderr.decode()
    site.run("migrate", "--verbosity", "0")
    armed = site.run("up", check=False, SCEAU_FAILPOINT="seal.committed")
    assert (armed.returncode, "sceau.E012" in armed.stderr.decode()) == (1, True)


def test_it_speaks_english_on_an_english_terminal(site: Deployment) -> None:
    assert "key" in site.run("up", check=False, LC_ALL="en_GB.UTF-8").stderr.decode()


def test_a_crashed_service_comes_back_and_a_stop_leaves_nothing(site: Deployment) -> None:
    site.up()
    worker = site.running(WORKER)[0]
    os.kill(worker, signal.SIGKILL)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        again = [pid for pid in site.running(WORKER) if pid != worker]
        if again:
            break
        time.sleep(0.1)
    assert again
    supervisor = site.processes[0]
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert site.running() == []


def test_a_stop_right_after_the_start_is_heard(site: Deployment) -> None:
    """By web processes that are just coming, too: they answer before the last of them is there."""
    site.up()
    for _ in range(4):
        (supervisor,) = site.processes
        supervisor.terminate()
        assert supervisor.wait(18) == 0  # web processes that do not hear it are killed after twenty seconds
        site.processes.clear()
        site.start("up", SCEAU_WEB_PROCESSES="4")
        site.wait_ready()


def test_a_dozen_slow_lines_do_not_keep_the_others_waiting(site: Deployment) -> None:
    """Each sends the beginning of a form, as a document does on a slow line; nobody is signed in."""
    site.up()
    cookie = b"Cookie: __Host-csrf=" + b"a" * 32  # else its body would not be read
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n"
    head = b"POST /connexion HTTP/1.1\r\nHost: localhost\r\n" + cookie + b"\r\n" + form
    with ExitStack() as stack:
        for _ in range(12):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            line.sendall(head + b"a" * 1000)
        time.sleep(1)
        for _ in range(10):
            assert urllib.request.urlopen(f"{site.url}/sante/vivant", timeout=5).status == 200


@pytest.mark.attack(34)
def test_web_processes_never_hold_the_custody_passphrase(site: Deployment) -> None:
    site.up()
    web = site.running(b"sceau.cli.server")
    assert len(web) >= 2
    for pid in site.running():
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert pid == site.processes[0].pid or deployment.PASSPHRASE.encode() not in environment
    assert not any(b"PASSPHRASE" in Path(f"/proc/{pid}/environ").read_bytes() for pid in web)


@pytest.mark.attack(39)
def test_no_process_can_leave_a_core_dump(site: Deployment) -> None:
    site.up()
    for pid in site.running():
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        (core,) = (line for line in limits if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]


def kept(site: Deployment) -> str:
    """What `verify-store` counts, but for the event that says that the log was closed."""
    return site.run("verify-store").stdout.decode().partition(" events")[0].rpartition(",")[0]


def test_a_backup_comes_back_whole(original: tuple[Deployment, Path], tmp_path: Path) -> None:
    first, backups = original
    second = successor(first, tmp_path / "second")
    assert "est fermé" in second.run("restore", str(backups)).stdout.decode()
    assert kept(second) == kept(first)
    second.run("verify-log")
    again = second.run("restore", str(backups), check=False)
    assert again.returncode == 1
    assert "n’écrase jamais" in again.stderr.decode()


@pytest.mark.attack(38)
@pytest.mark.parametrize("point", ["restore.blob:3", "restore.database"])  # tests/crash has them all
def test_a_restore_that_was_cut_is_started_again(point: str, original: tuple[Deployment, Path], tmp_path: Path) -> None:
    first, backups = original
    second = successor(first, tmp_path / "second")
    cut = second.run("restore", str(backups), check=False, SCEAU_FAILPOINT=point)
    assert cut.returncode == -signal.SIGKILL
    assert "sceau.E021" in second.run("up", check=False).stderr.decode()
    second.run("restore", str(backups))
    assert kept(second) == kept(first)


@pytest.mark.attack(33)
def test_a_backup_without_the_keys_starts_nothing(original: tuple[Deployment, Path], tmp_path: Path) -> None:
    """A thief brings his own keys: every statement and the log refuse them."""
    _, backups = original
    thief = installation(tmp_path / "thief")
    thief.run("keys", "create")
    done = thief.run("restore", str(backups), check=False)
    assert done.returncode == 1
    assert "unsigned-key" in done.stderr.decode()
    assert "log-damaged" in done.stderr.decode()


@pytest.mark.attack(36)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="puts the older database back as a file")
def test_an_older_database_refuses_to_start_until_the_log_is_recovered(site: Deployment, tmp_path: Path) -> None:
    site.prepare()
    site.run("backup", str(tmp_path / "sauvegardes"))
    seed(site)
    (older,) = (tmp_path / "sauvegardes").glob("*/database.sqlite3")
    for leftover in ("-wal", "-shm"):
        (site.data / f"sceau.sqlite3{leftover}").unlink(missing_ok=True)
    shutil.copyfile(older, site.data / "sceau.sqlite3")
    refused = site.run("up", check=False)
    assert (refused.returncode, "log-ahead" in refused.stderr.decode()) == (1, True)
    assert "sceau log recover" in refused.stderr.decode()
    site.run("log", "recover")
    site.start("up")
    site.wait_ready()
