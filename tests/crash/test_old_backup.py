"""An old backup is restored: what came after it is gone, nothing pretends otherwise, and life goes on (attack 36)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.site import Site

pytestmark = [pytest.mark.attack(36), pytest.mark.timeout(300)]

HOUR = 1 / 24  # days
Make = Callable[[Callable[[Path], Site]], Site]


def heads(*notes: str) -> dict[tuple[str, str], str]:
    """The root of each (origin, size) that was signed; two roots for one are a fork."""
    found: dict[tuple[str, str], str] = {}
    for note in notes:
        origin, size, root, *_ = note.splitlines()
        assert found.setdefault((origin, size), root) == root, f"{origin} was signed twice at {size}"
    return found


def published(site: Site) -> list[str]:
    return [path.read_text() for path in (site.data / "store" / "log").glob("*/checkpoint")]


def test_an_old_backup_comes_back_and_contradicts_no_proof_that_was_given(model: Site, make: Make) -> None:
    lost = make(model.copy)
    lost.must("day.work")
    lost.must("day.backup")
    lost.must("day.seal")
    lost.must("day.open_")
    lost.must("day.work", days=HOUR)
    outside = published(lost)  # under which receipts were given
    restored = make(model.empty)
    done = restored.run("day.restore", source=str(lost.backups), days=2 * HOUR)
    assert done.status == 0, done.trace
    assert "Les preuves déjà données restent vérifiables." in done.output
    at_once = published(restored)
    # The drafts that were sealed after the backup are drafts again, whole; they are sealed once more.
    said = restored.must("day.seal", days=3 * HOUR)
    assert len([facts for facts in said if "sealed" in facts]) == 2
    restored.must("day.open_", days=3 * HOUR)
    restored.must("after.recover", act="rest", said=said, note=at_once[0], arguments={}, days=4 * HOUR)
    signed = heads(*outside, *at_once, *published(restored))
    assert len({origin for origin, _ in signed}) == 2, "the restored log is closed, another goes on"
