"""A store that each test may wreck."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sceau import blobs


@pytest.fixture(autouse=True)
def an_empty_store() -> Iterator[None]:
    yield
    store = blobs.store()
    for entry in list(store.names("")):
        store.delete(entry.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go: far from keys and data."""
    return tmp_path / "sauvegardes"
