"""The memory twin of key custody."""

from sceau.core import hpke, random
from sceau.core.errors import Unreadable
from sceau.core.opaque import Opaque
from sceau.custody.port import PURPOSES


class Memory(Opaque):
    """A KeyCustody without a file."""

    def __init__(self) -> None:
        self._seeds = {purpose: random.key() for purpose in PURPOSES}
        self.public_keys = {purpose: hpke.public_key(seed) for purpose, seed in self._seeds.items()}

    def open(self, purpose: str, sealed: bytes, *, info: bytes) -> bytes:
        if purpose not in self._seeds:
            raise Unreadable
        return hpke.open(self._seeds[purpose], sealed, info=info)
