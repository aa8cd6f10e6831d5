"""Signed notes against the examples of the standards, and against forgery."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.evidence import note
from sceau.evidence.note import Checkpoint, Signer, UnknownSigner, Verifier, WrongSignature

ORIGIN = "mail.example.fr/evidence"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer(ORIGIN, KEY)
HEAD = Checkpoint(ORIGIN, 20_852_163, bytes(range(32)))
NOTE = SIGNER.sign(HEAD)

# Go's checksum database: a key and a tree head published by its operator, in the wild since 2019.
GO_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def by_hand(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """A signature line as c2sp.org/signed-note describes it, without our code."""
    public = key.public_key().public_bytes_raw()
    id = hashlib.sha256(name.encode() + b"\x0a\x01" + public).digest()[:4]
    return f"— {name} {base64.b64encode(id + key.sign(text.encode())).decode()}\n"


def test_a_note_is_text_a_blank_line_and_a_signature_line() -> None:
    text = f"{ORIGIN}\n20852163\n{base64.b64encode(bytes(range(32))).decode()}\n"
    assert text + "\n" + by_hand(text, ORIGIN, KEY) == NOTE
    assert note.open(NOTE, [SIGNER.verifier]) == HEAD


def test_a_key_published_by_somebody_else_parses() -> None:
    verifier = Verifier.parse(GO_VKEY)
    assert verifier.name == "sum.golang.org"
    assert verifier.id.hex() == "033de0ae"
    assert verifier.vkey == GO_VKEY


def test_an_origin_s_successors_are_signed_by_the_same_key() -> None:
    head = Checkpoint(f"{ORIGIN}/2", 1, bytes(32))
    signed = SIGNER.sign(head)
    assert f"— {ORIGIN}/2 " in signed
    assert note.open(signed, [SIGNER.verifier]) == head


def test_origins_have_a_place_behind_their_key_s_name() -> None:
    yearly = Signer(f"{ORIGIN}/2026", KEY).verifier
    assert [yearly.place(origin) for origin in (f"{ORIGIN}/2026", f"{ORIGIN}/2026/2", f"{ORIGIN}/2026/12")] == [
        1,
        2,
        12,
    ]
    assert yearly.place(f"{ORIGIN}/2027") is None


@pytest.mark.parametrize("origin", ["other.example", f"{ORIGIN}/", f"{ORIGIN}/1", f"{ORIGIN}/02", f"{ORIGIN}x/2"])
def test_a_key_answers_for_no_other_origin(origin: str) -> None:
    with pytest.raises(Malformed):
        SIGNER.sign(Checkpoint(origin, 1, bytes(32)))
    text = Checkpoint(origin, 1, bytes(32)).text
    for name in (origin, ORIGIN):
        with pytest.raises(UnknownSigner):
            note.open(f"{text}\n{by_hand(text, name, KEY)}", [SIGNER.verifier])


def test_lines_of_unknown_keys_are_ignored() -> None:
    others = "".join(
        by_hand(HEAD.text, f"w{i}.example", Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32)) for i in range(16)
    )
    assert note.open(NOTE + others, [SIGNER.verifier]) == HEAD
    assert note.open(f"{HEAD.text}\n{others}{NOTE.split(chr(10) * 2)[1]}", [SIGNER.verifier]) == HEAD


@pytest.mark.req("E4")
def test_a_note_without_a_trusted_signature_is_refused() -> None:
    with pytest.raises(UnknownSigner):
        note.open(NOTE, [])
    with pytest.raises(UnknownSigner):
        note.open(NOTE, [Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"x" * 32)).verifier])


@pytest.mark.attack(36)
def test_a_wrong_line_of_a_known_key_spoils_the_note() -> None:
    forged = Checkpoint(ORIGIN, 20_852_164, HEAD.root).text
    good, bad = by_hand(forged, ORIGIN, KEY), by_hand(HEAD.text, ORIGIN, KEY)
    assert note.open(f"{forged}\n{good}", [SIGNER.verifier]).size == 20_852_164
    for lines in (bad, good + bad, bad + good):
        with pytest.raises(WrongSignature):
            note.open(f"{forged}\n{lines}", [SIGNER.verifier])


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="ascii"))
def test_one_changed_character_is_never_accepted(at: int, character: str) -> None:
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    if changed == NOTE:
        return
    with pytest.raises((Malformed, UnknownSigner, WrongSignature)):
        note.open(changed, [SIGNER.verifier])


@given(st.text(max_size=200))
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        note.open(text, [SIGNER.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        f"origin\n01\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n-1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(32)).decode()[:-2]}B=\n",
        f"ori gin\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"ori+gin\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(32)).decode()}\nextension\n",
        f"origin\r\n1\n{base64.b64encode(bytes(32)).decode()}\n",
    ],
)
def test_a_checkpoint_has_one_spelling(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000+",
        GO_VKEY.replace("033de0ae", "033de0af"),
        GO_VKEY.upper(),
        GO_VKEY + "=",
        "+" + GO_VKEY,
    ],
)
def test_a_verifier_key_has_one_spelling(vkey: str) -> None:
    with pytest.raises(Malformed):
        Verifier.parse(vkey)


def test_the_private_key_shows_nothing() -> None:
    assert repr(SIGNER) == "<Signer>"
