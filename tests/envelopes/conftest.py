"""A test's database forgets its rows; the blobs that they named go too."""

from collections.abc import Iterator

import pytest

from sceau import blobs


@pytest.fixture(autouse=True)
def no_kept_blobs() -> Iterator[None]:
    yield
    store = blobs.store()
    for entry in list(store.names("blobs/")):
        store.delete(entry.name)
