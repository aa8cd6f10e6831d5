"""The memory twin keeps the contract, so that what is tested with it holds for the real one."""

import pytest

from sceau.custody.port import KeyCustody
from tests.custody.contract import Contract
from tests.custody.memory import Memory


class TestMemory(Contract):
    @pytest.fixture
    def kept(self) -> tuple[KeyCustody, dict[str, bytes]]:
        custody = Memory()
        return custody, custody.public_keys
