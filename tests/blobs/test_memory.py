import pytest

from sceau.blobs.port import BlobStore
from tests.blobs.contract import BlobContract
from tests.blobs.memory import Memory


class TestMemory(BlobContract):
    @pytest.fixture
    def store(self) -> BlobStore:
        return Memory()
