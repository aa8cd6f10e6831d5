"""The whole installation on a disk that is full: no answer without its envelope, no envelope by halves."""

from pathlib import Path

import pytest

from tests.bad_days import small_disk
from tests.crash.site import VENDOR, Site

pytestmark = pytest.mark.attack(38)

SIZE = 12_000_000
HOUR = 1 / 24  # days


@pytest.mark.skipif(VENDOR != "sqlite", reason="a database server's files stand on another disk")
# Where it stops: the first octet, within the blob, within the rows, within the second envelope.
@pytest.mark.parametrize("left", [0, 100_000, 220_000, 300_000, 500_000])
def test_sealing_on_a_full_disk_can_be_done_again_when_there_is_room(model: Site, tmp_path: Path, left: int) -> None:
    folder = tmp_path / "disk"
    with small_disk.mounted(folder, SIZE):
        site = model.copy(folder / "site")
        try:
            ballast = small_disk.fill(folder, but=left)
            stopped = site.run("day.seal")
            assert stopped.status == 1, "there was room for everything"
            ballast.unlink()
            arguments = {"act": "seal", "said": stopped.said, "note": None, "arguments": {}}
            site.must("after.recover", days=7 * HOUR, **arguments)
        finally:
            site.remove()


def test_a_log_that_cannot_be_published_is_published_later(model: Site, tmp_path: Path) -> None:
    """Rows are numbered, tiles wait: the next worker that finds room goes on."""
    folder = tmp_path / "disk"
    with small_disk.mounted(folder, SIZE):
        site = model.copy(folder / "site")
        try:
            ballast = small_disk.fill(folder, but=400_000 if VENDOR == "sqlite" else 0)
            site.run("day.work")
            ballast.unlink()
            site.must("after.recover", act="rest", said=[], note=None, arguments={}, days=7 * HOUR)
        finally:
            site.remove()
