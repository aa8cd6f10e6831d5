"""The queue key: anybody seals, the worker opens (V11)."""

import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from sceau.core import ids
from sceau.core.errors import NotFound, Unreadable
from sceau.core.keyfiles import ExposedKey
from sceau.notify import queue_key


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> Path:
    queue_key.create(tmp_path)
    settings.SCEAU_KEYS = tmp_path
    return tmp_path


def test_what_is_sealed_opens_for_the_same_purpose_and_context(keys: Path) -> None:
    first, second = ids.new(), ids.new()
    sealed = queue_key.seal("notice", b"words", first)
    assert queue_key.open("notice", sealed, first) == b"words"
    for purpose, context in (("notice", second), ("notice-word", first)):
        with pytest.raises(Unreadable):
            queue_key.open(purpose, sealed, context)


@pytest.mark.req("V11")
def test_a_web_process_seals_without_the_private_half(keys: Path) -> None:
    (keys / "queue.key").unlink()
    sealed = queue_key.seal("notice", b"words")
    with pytest.raises(NotFound):
        queue_key.open("notice", sealed)


def test_the_private_half_is_its_owner_s_alone(keys: Path) -> None:
    assert stat.S_IMODE((keys / "queue.key").stat().st_mode) == 0o600
    (keys / "queue.key").chmod(0o640)
    with pytest.raises(ExposedKey):
        queue_key.open("notice", queue_key.seal("notice", b"words"))


def test_a_key_is_never_made_twice(keys: Path) -> None:
    before = (keys / "queue.key").read_bytes()
    with pytest.raises(FileExistsError):
        queue_key.create(keys)
    assert (keys / "queue.key").read_bytes() == before


@pytest.mark.req("V10")
def test_what_the_old_key_sealed_opens_after_a_renewal(keys: Path) -> None:
    old_public = (keys / "queue.pub").read_bytes()
    old = queue_key.seal("notice", b"before")
    queue_key.renew(keys)
    new = queue_key.seal("notice", b"after")
    assert [queue_key.open("notice", sealed) for sealed in (old, new)] == [b"before", b"after"]
    assert (keys / "queue.pub").read_bytes() != old_public
    (keys / "queue.key").write_bytes((keys / "queue.key").read_bytes().splitlines(keepends=True)[1])
    with pytest.raises(Unreadable):
        queue_key.open("notice", new)
