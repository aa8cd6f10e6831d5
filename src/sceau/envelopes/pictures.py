"""Pictures that no browser shows, made into ones that every browser does, by a process of their own (decision 0016)."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sceau.core.errors import Busy, Refused

LIMIT = 40_000_000  # octets of what is rendered
SECONDS = 30  # from its start to its end
_AT_ONCE = 2  # in one web process: each may take more than a gigabyte
_COMMAND = [sys.executable, "-I", "-m", "sceau.envelopes.picture_process"]
_turns = threading.BoundedSemaphore(_AT_ONCE)


class NoPicture(Refused):
    """It is damaged, of a kind that is not known, larger than the limits, or hostile: nobody can tell which."""

    code = "no-picture"


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    tags: dict[str, str]  # of a DICOM file, by keyword (PS3.6)
    frames: int
    shown: int  # which of them, from 1
    png: bytes  # empty when only the tags were asked for


def tags(chunks: Iterable[bytes]) -> Rendered:
    """What a DICOM file says of itself. Raises NoPicture, Busy."""
    return _run("tags", chunks)


def picture(chunks: Iterable[bytes]) -> Rendered:
    """One frame as PNG. Raises NoPicture, Busy."""
    return _run("picture", chunks)


def _run(mode: str, chunks: Iterable[bytes]) -> Rendered:
    with _turn(), _process(mode) as process:
        _feed(process, chunks)
        told, _ = process.communicate()
    if process.returncode:
        raise NoPicture
    head, _, png = told.partition(b"\n")
    about = json.loads(head)
    return Rendered(about["tags"], about["frames"], about["shown"], png)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=SECONDS):
        raise Busy
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def _process(mode: str) -> Iterator[subprocess.Popen[bytes]]:
    """Nothing of ours goes with it: no environment, no folder, no open file but its three pipes."""
    process = subprocess.Popen(
        [*_COMMAND, mode],
        env={},
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    clock = threading.Timer(SECONDS, process.kill)
    clock.start()
    try:
        with process:
            yield process
    finally:
        clock.cancel()


def _feed(process: subprocess.Popen[bytes], chunks: Iterable[bytes]) -> None:
    """Plaintext goes through the pipe only. A process that died reads no more: its status says so."""
    left = LIMIT
    with suppress(BrokenPipeError):
        for chunk in chunks:
            left -= len(chunk)
            if left < 0 or process.stdin is None:
                process.kill()
                raise NoPicture
            process.stdin.write(chunk)
