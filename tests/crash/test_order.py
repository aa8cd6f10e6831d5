"""The order in which a real seal reaches the disk, seen by the kernel: content, its name, the rows, then the answer.

File synced, renamed, folder synced; then the commit, synced; then the acknowledgement (promise 1, attack 38).
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import parts
from tests.crash.nursing import ROOT
from tests.crash.saying import MARK
from tests.crash.site import VENDOR, Site

pytestmark = pytest.mark.attack(38)

Make = Callable[[Callable[[Path], Site]], Site]
CALLS = "openat,rename,renameat,renameat2,fsync,fdatasync,write,pwrite64,sendto"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")


@dataclass(frozen=True)
class Call:
    name: str
    arguments: str

    @property
    def syncs(self) -> bool:
        return self.name in ("fsync", "fdatasync")


def traced(site: Site, act: str, folder: Path) -> list[Call]:
    """The calls that an act makes, in order; `-y` writes the path beside each descriptor."""
    trace = folder / "trace.txt"
    strace = parts.need_program("strace")
    # -f: whichever thread it is; the lines stand in the order in which the kernel answered.
    command = [strace, "-f", "-y", "-s", "200", "-e", f"trace={CALLS}", "-o", str(trace), *site.command(act)]
    done = subprocess.run(
        command, env=site.environment, cwd=ROOT, input=json.dumps({}), capture_output=True, text=True, timeout=100
    )
    parts.need("a trace", "the right to trace a process" if "ptrace" in done.stderr else "")
    assert done.returncode == 0, done.stderr[-2000:]
    return list(_calls(trace.read_text(errors="replace")))


def _calls(text: str) -> Iterator[Call]:
    for line in text.splitlines():
        if (found := _CALL.match(line)) and int(found[3]) >= 0:
            yield Call(found[1], found[2])


Describes = Callable[[Call], bool]


def only(calls: list[Call], *wanted: Describes) -> list[int]:
    """Where the calls stand that answer each description: each must be found, after the one before."""
    places: list[int] = []
    start = 0
    for index, describes in enumerate(wanted):
        start = next((at for at in range(start, len(calls)) if describes(calls[at])), -1)
        assert start >= 0, f"step {index} of the order is missing after {places}"
        places.append(start)
        start += 1
    return places


def test_a_seal_is_durable_before_it_is_said(model: Site, make: Make, tmp_path: Path) -> None:
    calls = traced(make(model.copy), "day.seal", tmp_path)
    renames = [call for call in calls if call.name.startswith("rename") and "/blobs/" in call.arguments]
    answers = [call for call in calls if call.name == "write" and MARK in call.arguments]
    assert len(renames) == len(answers) == 2, "two drafts are sealed: a blob and one answer each"
    after = 0
    for rename, answer in zip(renames, answers, strict=True):
        temporary, blob = re.findall(r'"([^"]+)"', rename.arguments)[-2:]
        folder = blob.rpartition("/")[0]
        *_, renamed, named, committed, said = only(
            calls[after:],
            makes(temporary),
            syncs(temporary),
            rename.__eq__,
            syncs(folder),
            is_commit,
            answer.__eq__,
        )
        between = calls[after:][renamed:named]
        assert not any(map(is_commit, between)), "no row before the blob's name is kept"
        check_answer(calls[after:][committed : said + 1])
        after += said + 1


def makes(path: str) -> Describes:
    return lambda call: call.name == "openat" and path in call.arguments and "O_EXCL" in call.arguments


def syncs(path: str) -> Describes:
    return lambda call: call.syncs and f"<{path}>" in call.arguments


def is_commit(call: Call) -> bool:
    """SQLite appends the transaction to its log and syncs that; PostgreSQL is told, and syncs before it answers."""
    if VENDOR == "postgresql":
        return call.name == "sendto" and "COMMIT" in call.arguments
    return call.syncs and "sceau.sqlite3-wal>" in call.arguments


def check_answer(calls: list[Call]) -> None:
    """After the last thing written to the database there is a sync, then the answer: nothing is said in between."""
    if VENDOR == "sqlite":
        written = [at for at, call in enumerate(calls) if call.name == "pwrite64" and "-wal>" in call.arguments]
        synced = [at for at, call in enumerate(calls) if call.syncs and "-wal>" in call.arguments]
        assert max(written, default=-1) < max(synced), "an answer was given before its rows were synced"
    assert calls[-1].name == "write"
