"""Everywhere a word could be left behind by a running installation: named, with the octets that stand there."""

import os
import sqlite3
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from sceau.blobs.s3 import connect
from sceau.cli import snapshots
from tests import canary, s3

Trace = tuple[str, bytes]  # where, and what stands there

SHARED = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
_TESTS_OWN = ("pytest-of-", "sceau-", "bash_jobs")  # folders of this and of other runs of tests


def left(words: Iterable[str], traces: Iterable[Trace]) -> dict[str, list[str]]:
    """Where any of the words stands, and in which spelling: empty is what we promise."""
    words = tuple(words)

    @cache  # a blob stands in the store and in its backup
    def look(octets: bytes) -> list[str]:
        return canary.search(octets, words)

    return {where: found for where, octets in traces if (found := look(octets))}


def files(*folders: Path, since: float = 0) -> Iterator[Trace]:
    """Every regular file below that was written since: a database with its journal, blobs, logs, backups."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            with suppress(FileNotFoundError):  # gone since it was listed
                if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                    yield str(path), os.fsencode(path.name) + b"\n" + path.read_bytes()


def fresh(since: float) -> Iterator[Trace]:
    """What appeared in the machine's temporary folders and shared memory after that time."""
    for root in SHARED:
        for folder, names, found in os.walk(root):
            names[:] = [name for name in names if not name.startswith(_TESTS_OWN)]
            for path in (Path(folder, name) for name in found):
                with suppress(OSError):
                    status = path.lstat()
                    if stat.S_ISREG(status.st_mode) and max(status.st_mtime, status.st_ctime) >= since:
                        yield str(path), path.read_bytes()


def rows(settings: Mapping[str, str]) -> Iterator[Trace]:
    """Every value of every table, as the database gives it."""
    if url := settings.get("SCEAU_DATABASE_URL"):
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                yield from _cells(table, connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))))
        return
    with closing(sqlite3.connect(Path(settings["SCEAU_DATA"]) / "sceau.sqlite3")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield from _cells(table, database.execute(f'SELECT * FROM "{table}"'))


def _cells(table: str, lines: Iterable[tuple[object, ...]]) -> Iterator[Trace]:
    values = (value for line in lines for value in line if value is not None)
    octets = (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values)
    yield f"table {table}", b"\n".join(octets)


def server(url: str, since: float = 0) -> Iterator[Trace]:
    """PostgreSQL's own: the database's files, the write-ahead log, what the server logged, a dump.

    The log is every database's, and long: `since`, before the words were made, leaves out what is older than they.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert found
    folder, oid = Path(str(found[0])), str(found[1])
    yield from files(folder / "base" / oid, folder / "log")
    yield from files(folder / "pg_wal", since=since)
    yield from files(*(path for path in (folder.parent / "log",) if path.is_dir()))
    if (folder.parent / "log").is_file():
        yield "server's log", (folder.parent / "log").read_bytes()
    parts = urlsplit(url)
    program = next(snapshots._debian("pg_dump"))
    command = [str(program), "--dbname", parts._replace(scheme="postgresql").geturl()]
    yield "pg_dump", subprocess.run(command, check=True, capture_output=True).stdout


def objects(settings: Mapping[str, str]) -> Iterator[Trace]:
    """Every object of the bucket, by its name."""
    client = connect(settings["SCEAU_S3_ENDPOINT"], s3.REGION, s3.ACCESS_KEY, s3.SECRET_KEY)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=settings["SCEAU_S3_BUCKET"]):
        for entry in page.get("Contents", ()):
            body = client.get_object(Bucket=settings["SCEAU_S3_BUCKET"], Key=entry["Key"])["Body"]
            yield f"object {entry['Key']}", entry["Key"].encode() + b"\n" + body.read()


def family(roots: Iterable[int]) -> set[int]:
    """These processes and all that descend from them."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    known, grown = set(roots), True
    while grown:
        more = {child for child, parent in parents.items() if parent in known} - known
        known, grown = known | more, bool(more)
    return known


def open_files(processes: Iterable[int]) -> Iterator[Trace]:
    """Every regular file that a process holds open: also one without a name any more, or in memory alone."""
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError):  # gone since it was listed
            links = list(Path(f"/proc/{process}/fd").iterdir())
        for link in links:
            with suppress(FileNotFoundError, ProcessLookupError):
                if stat.S_ISREG(link.stat().st_mode):
                    yield f"process {process}: {link.readlink()}", link.read_bytes()


def core_limit(process: int) -> str:
    """How large a core dump of this process may be."""
    lines = Path(f"/proc/{process}/limits").read_text().splitlines()
    return next(line for line in lines if line.startswith("Max core file size")).split()[4]
