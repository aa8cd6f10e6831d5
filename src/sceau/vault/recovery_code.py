"""Recovery codes: 160 random bits that a person prints, reads aloud and types back. Pure.

Written in Crockford's base 32 as eight groups of four; read without regard to case, spaces, hyphens or the
letters that look like digits.
"""

from sceau.core import random
from sceau.core.errors import Malformed

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKE = str.maketrans("OIL", "011")
_OCTETS, _LENGTH = 20, 32


def new() -> str:
    """Looks like `7K2M-9QXA-…`, 39 characters."""
    return write(random.octets(_OCTETS))


def write(octets: bytes) -> str:
    value = int.from_bytes(octets, "big")
    text = "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(text[at : at + 4] for at in range(0, _LENGTH, 4))


def read(text: str) -> bytes:
    """The 20 octets of a code, as a person types it. Raises Malformed."""
    characters = "".join(text.replace("-", " ").split()).upper().translate(_LOOK_ALIKE)
    if len(characters) != _LENGTH or not all(character in _ALPHABET for character in characters):
        raise Malformed
    value = 0
    for character in characters:
        value = value << 5 | _ALPHABET.index(character)
    return value.to_bytes(_OCTETS, "big")
