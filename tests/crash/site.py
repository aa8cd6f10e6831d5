"""An installation whose processes die and come back: keys, a data folder and a database, shared with nobody.

Each act is a process of its own (`tests.crash.child`). It says what it did only once it was done, as a door does;
a process that is killed says nothing more. In a slot a nursery bears it (`tests.crash.nursing`). On SQLite and files,
or on the PostgreSQL that this run was given.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.crash import saying
from tests.crash.nursing import ROOT, Slot
from tests.crash.saying import Ended, Said
from tests.deployment import PASSPHRASE

SERVER = os.environ.get("SCEAU_TEST_DATABASE_URL", "")
VENDOR = "postgresql" if SERVER else "sqlite"


class Site:
    """`more` adds SCEAU_* settings. Call `remove` at the end: a database is not in the folder."""

    def __init__(self, folder: Path, more: Mapping[str, str] | None = None, slot: Slot | None = None) -> None:
        self.folder, self.slot = folder, slot
        self.data, self.keys, self.backups = folder / "data", folder / "keys", folder / "backups"
        self.more = dict(more or {})
        name = slot.database if slot else f"crash_{uuid4().hex}"
        self.database = name if SERVER else ""
        for each in (self.data, self.keys, folder / "tmp"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        url = urlsplit(SERVER)._replace(path=f"/{self.database}").geturl() if SERVER else ""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCEAU_")},
            "DJANGO_SETTINGS_MODULE": "sceau.settings",
            "TMPDIR": str(self.folder / "tmp"),
            "SCEAU_DATA": str(self.data),
            "SCEAU_KEYS": str(self.keys),
            "SCEAU_CUSTODY_PASSPHRASE": PASSPHRASE,
            "SCEAU_DATABASE_URL": url,
            "SCEAU_HOSTS": "localhost,testserver",
            "SCEAU_MAIL_FROM": "sceau@messagerie.exemple.fr",
            **self.more,
        }

    def command(self, act: str) -> list[str]:
        """How to start an act; its arguments come as JSON on standard input."""
        return [sys.executable, "-m", "tests.crash.child", act]

    def run(self, act: str, /, *, failpoint: str = "", **arguments: Any) -> Ended:
        """One act to its end, whichever that is. `days` moves its clock."""
        if self.slot:
            return self.slot.run(self.environment, act, failpoint, arguments)
        armed = {"SCEAU_FAILPOINT": failpoint} if failpoint else {}
        done = subprocess.run(
            self.command(act),
            env={**self.environment, **armed},
            cwd=ROOT,
            input=json.dumps(arguments),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return Ended(done.returncode, saying.said(done.stdout), done.stdout, done.stderr[-4000:])

    def must(self, act: str, /, **arguments: Any) -> list[Said]:
        """One act that has to succeed; what it said."""
        done = self.run(act, **arguments)
        assert done.status == 0, f"{act} ended with {done.status}:\n{done.trace}"
        return done.said

    def make_database(self, *, like: "Site | None" = None) -> None:
        """PostgreSQL alone needs to be asked: SQLite's file is in the data folder."""
        if SERVER:
            model = sql.SQL("TEMPLATE {}").format(sql.Identifier(like.database)) if like else sql.SQL("")
            _administer(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(self.database), model))

    def copy(self, folder: Path, *, more: Mapping[str, str] | None = None, slot: Slot | None = None) -> "Site":
        """The same installation elsewhere, as it is now. Nobody may use it meanwhile."""
        for name in ("data", "keys"):
            shutil.copytree(self.folder / name, folder / name)
        site = Site(folder, {**self.more, **(more or {})}, slot)
        site.make_database(like=self)
        return site

    def empty(self, folder: Path, *, slot: Slot | None = None) -> "Site":
        """A new machine: the keys that somebody kept apart, and nothing else."""
        shutil.copytree(self.keys, folder / "keys")
        site = Site(folder, self.more, slot)
        site.make_database()
        return site

    def remove(self) -> None:
        if SERVER:
            _administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database)))


def _administer(statement: sql.Composed) -> None:
    with closing(psycopg.connect(SERVER, autocommit=True)) as connection:
        connection.execute(statement)
