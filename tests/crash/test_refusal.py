"""A database that does not sync takes back what was said to be sealed: Sceau does not start on it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from psycopg import sql

from sceau.cli import checks
from scripts import with_servers
from tests import installation, parts
from tests.crash.nursing import ROOT
from tests.crash.site import Site
from tests.deployment import PASSPHRASE

pytestmark = pytest.mark.attack(38)

NOT_DURABLE = "La base de données n’écrit pas durablement : "


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragmas", "unsafe"),
    [
        ("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", []),
        ("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA", []),
        ("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", ["synchronous"]),
        ("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF", ["synchronous"]),
        ("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL", ["journal_mode"]),
        ("PRAGMA journal_mode=OFF; PRAGMA synchronous=NORMAL", ["synchronous", "journal_mode"]),
    ],
)
def test_sqlite_that_does_not_sync_is_found_out(
    pragmas: str, unsafe: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = {**connection.settings_dict, "NAME": tmp_path / "sceau.sqlite3", "OPTIONS": {"init_command": pragmas}}
    with closing(DatabaseWrapper(configured)) as other:
        monkeypatch.setattr(checks, "connection", other)
        assert list(checks._unsafe_sqlite()) == unsafe


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of our own: its settings are spoilt."""
    programs = with_servers.postgresql_programs()
    parts.need("a PostgreSQL that does not sync", "" if programs else "postgresql")
    assert programs
    # Not below pytest's own folder: the server runs as another user, who may not pass there.
    with (
        tempfile.TemporaryDirectory(prefix="sceau-unsafe-") as folder,
        with_servers.postgresql(programs, Path(folder) / "postgresql") as url,
    ):
        yield url


@pytest.fixture
def site(server: str, tmp_path: Path) -> Site:
    site = Site(tmp_path, {"SCEAU_DATABASE_URL": server})
    site.keys.rmdir()
    installation.create_keys(site.keys, PASSPHRASE)
    return site


def start(site: Site) -> "subprocess.CompletedProcess[str]":
    """`sceau up`, which ends at once when it refuses."""
    command = [sys.executable, "-m", "sceau.cli", "up"]
    environment = {**site.environment, "LC_ALL": "fr_FR.UTF-8"}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_postgresql_that_does_not_sync_refuses_to_start(server: str, site: Site, setting: str) -> None:
    name = sql.Identifier(setting)
    with psycopg.connect(server, autocommit=True) as operator:
        operator.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(name))
        operator.execute("SELECT pg_reload_conf()")
        try:
            refused = start(site)
        finally:
            operator.execute(sql.SQL("ALTER SYSTEM RESET {}").format(name))
            operator.execute("SELECT pg_reload_conf()")
    assert refused.returncode != 0
    said = " ".join(refused.stderr.split())
    assert f"{NOT_DURABLE}{setting}." in said
    assert "une coupure de courant perdrait des enveloppes déjà dites scellées" in said
