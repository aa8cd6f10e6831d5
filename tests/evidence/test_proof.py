"""c2sp.org/tlog-proof@v1: one text for one proof."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.evidence.proof import Proof

HASHES = (bytes(range(32)), b"\xff" * 32)
CHECKPOINT = "example.com/log\n9\nAAAA\n\n— example.com/log hI2DJw==\n"
TEXT = (
    "c2sp.org/tlog-proof@v1\n"
    "extra c2VsICE=\n"
    "index 7\n"
    f"{base64.b64encode(HASHES[0]).decode()}\n{base64.b64encode(HASHES[1]).decode()}\n"
    f"\n{CHECKPOINT}"
)


def test_it_is_written_as_the_standard_says() -> None:
    assert Proof(7, HASHES, CHECKPOINT, b"sel !").encode() == TEXT
    assert Proof(0, (), CHECKPOINT).encode() == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{CHECKPOINT}"


hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)


@given(st.builds(Proof, st.integers(0, 2**60), hashes, st.just(CHECKPOINT), st.binary(max_size=40)))
def test_what_was_written_is_read_again(proof: Proof) -> None:
    assert Proof.decode(proof.encode()) == proof


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 7", "index 07"),
        ("index 7", "index -7"),
        ("index 7", "index 7 "),
        ("index 7\n", ""),
        ("extra c2VsICE=", "extra c2VsICE"),
        ("extra c2VsICE=", "extra c2VsICF="),
        ("extra c2VsICE=", "extra "),
        ("extra c2VsICE=", "Extra c2VsICE="),
        ("//8=\n", "//8=\r\n"),
        ("//8=\n", "//8=\nAAAA\n"),
        ("\n\n" + CHECKPOINT, "\n\n"),
        ("\n\n" + CHECKPOINT, "\n" + CHECKPOINT.replace("\n\n", "\n")),
    ],
)
def test_one_fault_is_enough(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(Malformed):
        Proof.decode(TEXT.replace(old, new))


def test_a_path_longer_than_any_tree_is_refused() -> None:
    with pytest.raises(Malformed):
        Proof.decode(Proof(0, (bytes(32),) * 65, CHECKPOINT).encode())


@given(st.text(max_size=300))
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Proof.decode(text)
