"""A disk that is soon full: a file system of its own in memory, where the kernel lets us mount one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import parts


@contextmanager
def mounted(folder: Path, size: int) -> Iterator[None]:
    """`folder` holds at most `size` octets until the block ends; then it is empty again."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    parts.need("a small disk", "" if done.returncode == 0 else f"the right to mount one ({done.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, but: int = 0) -> Path:
    """Somebody else's file takes all that is left, except for so many octets."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
        file.truncate(max(0, file.tell() - but))
    return ballast
