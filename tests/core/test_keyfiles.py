"""core/keyfiles.py: key files are made once and read by their owner alone."""

from pathlib import Path

import pytest

from sceau.core import keyfiles
from sceau.core.errors import NotFound


def test_a_private_file_comes_back_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    keyfiles.create(path, b"secret", mode=keyfiles.PRIVATE)
    assert keyfiles.read_private(path) == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    keyfiles.create(path, b"first", mode=keyfiles.PRIVATE)
    with pytest.raises(FileExistsError):
        keyfiles.create(path, b"second", mode=keyfiles.PRIVATE)
    assert path.read_bytes() == b"first"


def test_a_replacement_is_whole_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.with_name("a.key.new").write_bytes(b"left by a crash")
    keyfiles.create(path, b"first", mode=keyfiles.PRIVATE)
    keyfiles.replace(path, b"second", mode=keyfiles.PRIVATE)
    assert keyfiles.read_private(path) == b"second"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.key"
    keyfiles.create(path, b"secret", mode=keyfiles.PRIVATE)
    path.chmod(mode)
    with pytest.raises(keyfiles.ExposedKey):
        keyfiles.read_private(path)


def test_an_absent_key_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        keyfiles.read_private(tmp_path / "none.key")
