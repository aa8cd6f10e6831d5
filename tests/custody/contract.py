"""What every KeyCustody must do, whatever keeps its keys."""

from abc import abstractmethod

import pytest

from sceau.core import hpke
from sceau.core.errors import Unreadable
from sceau.custody.port import PURPOSES, KeyCustody

INFO = hpke.info("test", 1)


class Contract:
    @pytest.fixture
    @abstractmethod
    def kept(self) -> tuple[KeyCustody, dict[str, bytes]]:
        """A custody, and its public key for each purpose."""

    @pytest.mark.parametrize("purpose", PURPOSES)
    def test_it_opens_what_is_sealed_to_the_purpose(
        self, kept: tuple[KeyCustody, dict[str, bytes]], purpose: str
    ) -> None:
        custody, public_keys = kept
        assert custody.open(purpose, hpke.seal(public_keys[purpose], b"seed", info=INFO), info=INFO) == b"seed"

    def test_a_purpose_does_not_open_for_another(self, kept: tuple[KeyCustody, dict[str, bytes]]) -> None:
        custody, public_keys = kept
        sealed = hpke.seal(public_keys["evidence"], b"record", info=INFO)
        with pytest.raises(Unreadable):
            custody.open("recovery", sealed, info=INFO)

    @pytest.mark.parametrize("purpose", ["", "payroll"])
    def test_an_unknown_purpose_opens_nothing(self, kept: tuple[KeyCustody, dict[str, bytes]], purpose: str) -> None:
        custody, public_keys = kept
        with pytest.raises(Unreadable):
            custody.open(purpose, hpke.seal(public_keys["recovery"], b"", info=INFO), info=INFO)

    def test_another_info_opens_nothing(self, kept: tuple[KeyCustody, dict[str, bytes]]) -> None:
        custody, public_keys = kept
        sealed = hpke.seal(public_keys["recovery"], b"seed", info=INFO)
        with pytest.raises(Unreadable):
            custody.open("recovery", sealed, info=hpke.info("test", 2))

    @pytest.mark.parametrize("sealed", [b"", b"\x01", bytes(1169)])
    def test_octets_that_are_no_seal_open_nothing(
        self, kept: tuple[KeyCustody, dict[str, bytes]], sealed: bytes
    ) -> None:
        with pytest.raises(Unreadable):
            kept[0].open("recovery", sealed, info=INFO)

    def test_it_shows_nothing(self, kept: tuple[KeyCustody, dict[str, bytes]]) -> None:
        assert repr(kept[0]) == f"<{type(kept[0]).__name__}>"
