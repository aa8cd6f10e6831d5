"""One consistent picture of the database in one file, and back; SQLite and PostgreSQL.

Without the sessions: one that ended since would live again in a restored database, and a row of a backup, with a cookie
that was kept, would open what the row of the running site no longer does (V6, V7).
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sceau.core import disk
from sceau.core.errors import Refused, TryLater
from sceau.core.failpoints import failpoint

_SESSIONS = "vault_session"
_FILES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
# Every blob that a row names. Tables, not models: a snapshot is read as a file.
_BLOB_KEYS = (
    "SELECT blob_key FROM envelopes_envelope WHERE blob_key IS NOT NULL UNION ALL SELECT blob_key FROM envelopes_upload"
    " UNION ALL SELECT blob_key FROM envelopes_piece"
)


class NotEmpty(Refused):
    """There is a database already: a restore never overwrites."""

    code = "database-not-empty"


class ToolMissing(TryLater):
    """pg_dump or pg_restore is not installed, or refused."""

    code = "postgresql-tools"


def file_name() -> str:
    """What a snapshot of this kind of database is called."""
    return _FILES[connection.vendor]


def take(folder: Path) -> tuple[Path, set[str]]:
    """Write the snapshot into `folder`, durable on return; the file, and the blob keys that its rows name.

    Writers go on meanwhile. Raises ToolMissing.
    """
    path = folder / file_name()
    keys = _take_sqlite(path) if connection.vendor == "sqlite" else _take_postgresql(path)
    path.chmod(0o600)
    disk.sync(path)
    return path, keys


def bring_back(path: Path) -> None:
    """Make the snapshot the database of this installation, at once or not at all. Raises ToolMissing."""
    if connection.vendor == "sqlite":
        _bring_back_sqlite(path, Path(connection.settings_dict["NAME"]))
    else:
        _bring_back_postgresql(path)


def require_empty() -> None:
    """Raises NotEmpty when the database holds tables."""
    if connection.introspection.table_names():
        raise NotEmpty


def _take_sqlite(path: Path) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    with closing(sqlite3.connect(path)) as snapshot:
        snapshot.execute("PRAGMA secure_delete=ON")
        snapshot.execute(f"DELETE FROM {_SESSIONS}")  # noqa: S608  # a name of our own
        snapshot.commit()
        return {key for (key,) in snapshot.execute(_BLOB_KEYS)}


def _bring_back_sqlite(path: Path, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.new")
    shutil.copyfile(path, fresh)
    fresh.chmod(0o600)
    disk.sync(fresh)
    failpoint("restore.database-copied")
    connection.close()
    for leftover in ("-wal", "-shm"):  # of the empty database that `require_empty` opened
        target.with_name(f"{target.name}{leftover}").unlink(missing_ok=True)
    fresh.replace(target)
    disk.sync(target.parent)


def _take_postgresql(path: Path) -> set[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        options = ("--format=custom", "--no-owner", f"--exclude-table-data={_SESSIONS}")
        _run("pg_dump", *options, f"--snapshot={snapshot}", f"--file={path}", _database())
        cursor.execute(_BLOB_KEYS)
        return {key for (key,) in cursor.fetchall()}


def _bring_back_postgresql(path: Path) -> None:
    connection.close()
    # --clean: a restore that was killed after this commit is started again.
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--clean", "--if-exists")
    _run("pg_restore", *options, f"--dbname={_database()}", str(path))


def _run(name: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs; the password goes through its environment."""
    program = shutil.which(name) or next(_debian(name), None)
    if program is None:
        raise ToolMissing
    configured: dict[str, Any] = connection.settings_dict
    environment = {**os.environ, "PGPASSWORD": configured["PASSWORD"], "PGHOST": configured["HOST"]}
    environment |= {"PGPORT": configured["PORT"] or "5432", "PGUSER": configured["USER"]}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, check=False)
    if done.returncode:
        raise ToolMissing


def _debian(name: str) -> Iterator[str]:
    found = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return (str(path) for path in sorted(found, key=lambda path: -int(path.parts[4])))


def _database() -> str:
    return str(connection.settings_dict["NAME"])
