"""Clocks and memory."""

import cProfile
import pstats
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_SQL = ("sqlite3", "psycopg", "libpq", "wait_c")
_CRYPTO = ("cryptography", "_rust", "hashlib", "_hashlib", "sha256", "hmac", "argon2")


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
    """MiB by which the resident memory peaks above where it began."""
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
    """How an act's time divides between SQL (commit included), cryptography, fsync and our own code, by a profile."""
    profile = cProfile.Profile()
    with suppress(StopIteration):
        profile.runcall(act)
    spent = {"sql": 0.0, "crypto": 0.0, "fsync": 0.0, "python": 0.0}
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_kind(file, name)] += own
    total = sum(spent.values())
    return {kind: round(value / total, 2) for kind, value in spent.items()}


def _kind(file: str, name: str) -> str:
    if "fsync" in name:
        return "fsync"
    if file != "~" and "psycopg" not in file:  # Python code; what C does is filed under "~"
        return "python"
    where = f"{file} {name}"
    if any(word in where for word in _SQL):
        return "sql"
    return "crypto" if any(word in where for word in _CRYPTO) else "python"
