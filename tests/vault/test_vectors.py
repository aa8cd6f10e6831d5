"""tests/vectors/vault: each file is opened as it says, by us and, where it can, by tink."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sceau.core import canonical, hpke, kdf
from sceau.core.errors import Error, Malformed, Unreadable
from sceau.vault import format, recovery_code, sessions, wraps
from sceau.vault.lists import ListKey
from sceau.vault.models import Session
from sceau.vault.statements import Statement
from tests.core import oracle as seal_oracle
from tests.vault import make_vectors, oracle, vectors
from tests.vault.vectors import Vector

VECTORS = vectors.load_all()


def blob(vector: Vector) -> tuple[object, object]:
    key = vector.octets("open-key" if "open-key" in vector.fields else "key")
    blob_key = vector.text("open-blob-key" if "open-blob-key" in vector.fields else "blob-key")
    opened = b"".join(format.open_blob(key, blob_key, io.BytesIO(vector.blob())))
    return opened, vector.plaintext() if vector.expect == "ok" else None


def small(vector: Vector) -> tuple[object, object]:
    opened = format.open_small(vector.octets("key"), vector.text("purpose"), vector.body, *vector.context())
    return opened, vector.octets("plaintext")


def seal(vector: Vector) -> tuple[object, object]:
    opened = hpke.open(vector.octets("seed"), vector.body, info=vector.octets("info"))
    return opened, vector.octets("plaintext")


def record(vector: Vector) -> tuple[object, object]:
    opened = format.open_record(vector.octets("seed"), vector.text("purpose"), vector.body, *vector.context())
    return opened, vector.octets("plaintext")


def list_(vector: Vector) -> tuple[object, object]:
    place = UUID(vector.text("mailbox")), int(vector.text("epoch"))
    key = ListKey(vector.octets("seed"), *place)
    return key.open(vector.text("purpose"), vector.body, *vector.context()), vector.octets("plaintext")


def password(vector: Vector) -> tuple[object, object]:
    opened = wraps.open_with_password(vector.text("password"), vector.body, UUID(vector.text("principal")))
    return opened, vector.octets("seed")


def recovery(vector: Vector) -> tuple[object, object]:
    opened = wraps.open_with_code(vector.text("code"), vector.body, UUID(vector.text("principal")))
    return opened, vector.octets("seed")


def session(vector: Vector) -> tuple[object, object]:
    half = sessions._half(vector.text("cookie"))
    assert sessions._row_id(half) == vector.octets("row-id")
    state = "session-pending" if vector.text("state") == Session.State.PENDING else "session"
    context = UUID(vector.text("principal")), int(vector.text("assurance")), int(vector.text("strong-at"))
    return wraps.open_with_key(kdf.derive(half, b"kek"), vector.body, state, *context), vector.octets("seed")


def code(vector: Vector) -> tuple[object, object]:
    return recovery_code.read(vector.text("code")), vector.octets("octets")


def statement(vector: Vector) -> tuple[object, object]:
    try:
        signer = Ed25519PublicKey.from_public_bytes(vector.octets("signer"))
        signer.verify(vector.octets("signature"), b"sceau/statement/1\0" + vector.body)
    except InvalidSignature as error:
        raise Unreadable from error
    return Statement.decode(vector.body).encode(), vector.body


def canonical_(vector: Vector) -> tuple[object, object]:
    return canonical.dumps(canonical.loads(vector.body)), vector.body


def info(vector: Vector) -> tuple[object, object]:
    return hpke.info(vector.text("purpose"), *vector.context()), vector.body


KINDS: dict[str, Callable[[Vector], tuple[object, object]]] = {
    kind.__name__.rstrip("_"): kind
    for kind in (blob, small, list_, seal, record, password, recovery, session, code, statement, canonical_, info)
}
ERRORS: dict[str, type[Error]] = {"malformed": Malformed, "unreadable": Unreadable}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
@pytest.mark.req("V3")
def test_a_vector_is_opened_as_it_says(vector: Vector) -> None:
    if vector.expect == "ok":
        got, expected = KINDS[vector.kind](vector)
        assert got == expected
    else:
        with pytest.raises(ERRORS[vector.expect]):
            KINDS[vector.kind](vector)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.name.startswith("blob-ok")], ids=lambda v: v.name)
def test_tink_opens_every_valid_stream(vector: Vector) -> None:
    data = vector.blob()
    assert hashlib.sha256(data).hexdigest() == vector.text("sha256")
    header, stream = data[: format.BLOB_HEADER], data[format.BLOB_HEADER :]
    assert oracle.open_stream(vector.octets("key"), stream, header) == vector.plaintext()


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.name.startswith("seal-ok")], ids=lambda v: v.name)
def test_tink_opens_every_valid_seal(vector: Vector) -> None:
    seed, sealed, context = vector.octets("seed"), vector.body, vector.octets("info")
    public = hpke.public_key(seed)
    assert hashlib.sha256(public).hexdigest() == vector.text("public-key-sha256")
    assert seal_oracle.open_seal(seed, public, sealed, context) == vector.octets("plaintext")


def test_the_files_are_what_the_code_writes_today(tmp_path: Path) -> None:
    """The formats are frozen: a change shows here as a changed vector. Seals are random, and stay."""
    kept = [path for path in vectors.FOLDER.glob("*.txt") if path.name.split("-")[0] in make_vectors.RANDOM_KINDS]
    for path in kept:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    make_vectors.main(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in vectors.FOLDER.glob("*.txt")}


def test_every_kind_has_good_files_and_all_but_contexts_have_bad_ones() -> None:
    good = {vector.kind for vector in VECTORS if vector.expect == "ok"}
    bad = {vector.kind for vector in VECTORS if vector.expect != "ok"}
    assert (good, bad) == (set(KINDS), set(KINDS) - {"info"})
    assert all((vector.text("fault") == "none") == (vector.expect == "ok") for vector in VECTORS)
