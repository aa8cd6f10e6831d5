"""Clocks and memory."""

import ctypes
import gc
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

# What counts as what: a part of the file's path, and its functions when not all of them.
_KINDS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("fsync", "sceau/blobs/files.py", frozenset({"_write", "_sync_folder"})),
    ("sql", "backends/sqlite3/base.py", frozenset({"execute", "executemany"})),
    ("sql", "backends/base/base.py", frozenset({"_commit"})),
    ("sql", "/psycopg/", frozenset()),
    ("crypto", "/cryptography/", frozenset()),
    ("crypto", "sceau/core/hpke.py", frozenset()),
    ("crypto", "sceau/core/kdf.py", frozenset()),
    ("crypto", "sceau/core/box.py", frozenset()),
    ("crypto", "sceau/vault/stream.py", frozenset()),
)


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def best(act: Callable[[], object], times: int = 3) -> float:
    """The least of several runs: what the machine can do when nobody else uses it."""
    return min(seconds(act) for _ in range(times))


def drain(chunks: Iterable[bytes]) -> int:
    return sum(len(chunk) for chunk in chunks)


def growth(act: Callable[[], object]) -> float:
    """MiB by which the resident memory peaks above where it began, what earlier acts left free given back first."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before = _memory("VmRSS")
    act()
    return round((_memory("VmHWM") - before) / 1024, 1)


def _memory(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


def shares(act: Callable[[], object]) -> dict[str, float]:
    """How an act's time divides between SQL (commit included), cryptography, fsync and our own code.

    By looking a thousand times a second which function runs; what ran since the last look counts for it.
    """
    spent, last = dict.fromkeys(("sql", "crypto", "fsync", "python"), 0.0), time.perf_counter()

    def look(_number: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.perf_counter()
        spent[_kind(frame)] += now - last
        last = now

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        act()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return {kind: round(value / sum(spent.values()), 2) for kind, value in spent.items()}


def _kind(frame: FrameType | None) -> str:
    """By the innermost function that has a kind; what C does stands under the Python function that called it."""
    while frame:
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        for kind, path, names in _KINDS:
            if path in file and (not names or name in names):
                return kind
        frame = frame.f_back
    return "python"
