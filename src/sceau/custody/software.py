"""Custody in a file under a passphrase: what an installation has before it has a hardware module.

The file is the magic and a password box (Argon2id) over the master seeds, the newest first, 32 octets each; a
purpose's seed is HKDF(master, purpose). Beside it, `custody.pub` gives the newest public keys to every process.
"""

import base64
import binascii
from collections.abc import Iterable
from pathlib import Path

from sceau.core import canonical, hpke, kdf, keyfiles, password_box, random
from sceau.core.encoding import labelled
from sceau.core.errors import Malformed, Refused, Unreadable
from sceau.core.opaque import Opaque
from sceau.core.password_box import Cost
from sceau.custody.port import PURPOSES

COST = Cost()

_MAGIC = b"SCEAU\x1aCK"
_LABEL = b"sceau/custody/1"
_INFO = labelled(_LABEL, "key-file")


class NoPassphrase(Refused):
    """A custody key without a passphrase would be a key under the doormat."""

    code = "no-passphrase"


class Software(Opaque):
    """A KeyCustody that keeps its seeds in this process."""

    __slots__ = ("_keys",)

    def __init__(self, masters: Iterable[bytes]) -> None:
        newest_first = list(masters)
        self._keys = {
            purpose: [hpke.PrivateKey(_seed(master, purpose)) for master in newest_first] for purpose in PURPOSES
        }

    def open(self, purpose: str, sealed: bytes, *, info: bytes) -> bytes:
        for key in self._keys.get(purpose, ()):
            try:
                return key.open(sealed, info=info)
            except Unreadable:
                continue
        raise Unreadable


def create(path: Path, public_path: Path, passphrase: str) -> None:
    """Make the key file (0600) and its public file. Raises FileExistsError, NoPassphrase."""
    master = random.key()
    keyfiles.create(path, _sealed([master], passphrase), mode=keyfiles.PRIVATE)
    keyfiles.create(public_path, _public_file(master), mode=keyfiles.PUBLIC)


def rotate(path: Path, public_path: Path, passphrase: str) -> None:
    """Seal to new keys from now on (V10). What older ones sealed still opens.

    Raises NotFound, ExposedKey, Unreadable.
    """
    masters = [random.key(), *_masters(path, passphrase)]
    keyfiles.replace(path, _sealed(masters, passphrase), mode=keyfiles.PRIVATE)  # first: what is sealed can be opened
    keyfiles.replace(public_path, _public_file(masters[0]), mode=keyfiles.PUBLIC)


def load(path: Path, passphrase: str) -> Software:
    """Raises NotFound, ExposedKey, NoPassphrase, Malformed, or Unreadable for a wrong passphrase."""
    return Software(_masters(path, passphrase))


def read_public(path: Path) -> dict[str, bytes]:
    """Each purpose's public key. Raises Malformed; OSError when there is no such file."""
    value = canonical.loads(path.read_bytes().removesuffix(b"\n"))
    if not isinstance(value, dict) or value.get("version") != 1 or value.keys() != {"version", *PURPOSES}:
        raise Malformed
    return {purpose: _decode(value[purpose]) for purpose in PURPOSES}


def _masters(path: Path, passphrase: str) -> list[bytes]:
    data = keyfiles.read_private(path)
    if not data.startswith(_MAGIC):
        raise Malformed
    masters = password_box.open(_required(passphrase), data[len(_MAGIC) :], info=_INFO)
    return [masters[at : at + 32] for at in range(0, len(masters), 32)]


def _sealed(masters: list[bytes], passphrase: str) -> bytes:
    return _MAGIC + password_box.seal(_required(passphrase), b"".join(masters), info=_INFO, cost=COST)


def _public_file(master: bytes) -> bytes:
    keys = {purpose: base64.b64encode(hpke.public_key(_seed(master, purpose))).decode() for purpose in PURPOSES}
    return canonical.dumps({"version": 1, **keys}) + b"\n"


def _seed(master: bytes, purpose: str) -> bytes:
    return kdf.derive(master, labelled(_LABEL, purpose))


def _decode(text: object) -> bytes:
    try:
        key = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as error:
        raise Malformed from error
    if len(key) != hpke.PUBLIC_KEY_SIZE:
        raise Malformed
    return key


def _required(passphrase: str) -> str:
    if not passphrase:
        raise NoPassphrase
    return passphrase
