"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045 §5.1, RFC 2231), tolerantly."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from sceau.envelopes.mime import words

_LIMIT = 100  # parameters
_LENGTH = 8192  # characters
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_PIECES = 100


@dataclass(frozen=True, slots=True)
class Value:
    """`given`: parameters as written, names in lower case; the first of a name counts."""

    text: str  # in lower case
    given: dict[str, str]

    def token(self, name: str) -> str:
        """A parameter that is one word: no comment, no space."""
        return self.given.get(name, "").partition("(")[0].strip()

    def extended(self, name: str) -> str | None:
        """A parameter in the manner of RFC 2231: in pieces, with a charset, or both."""
        pieces = [self._piece(f"{name}*")] if f"{name}*" in self.given else self._pieces(name)
        if not pieces:
            return None
        charset, (first, encoded) = "", pieces[0]
        if encoded and first.count("'") >= 2:
            charset, _, first = first.split("'", 2)
        octets = b"".join(
            unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
            for text, encoded in ((first, encoded), *pieces[1:])
        )
        return words.text(octets, charset)

    def name(self, name: str) -> tuple[str, bool]:
        """A file name, and whether two different ones are given: the extended one counts."""
        plain = words.decoded(self.given.get(name, "")).strip()
        extended = self.extended(name)
        if extended is None:
            return plain, False
        return extended, bool(plain) and extension(plain) != extension(extended)

    def _pieces(self, name: str) -> list[tuple[str, bool]]:
        found = []
        for number in range(_PIECES):
            key = next((key for key in (f"{name}*{number}*", f"{name}*{number}") if key in self.given), None)
            if key is None:
                break
            found.append(self._piece(key))
        return found

    def _piece(self, key: str) -> tuple[str, bool]:
        return self.given[key], key.endswith("*")


def parse(value: str) -> Value:
    """Read a field's value; what cannot be read is not there."""
    value = value[:_LENGTH]
    text = value.partition(";")[0].partition("(")[0].strip().lower()
    given: dict[str, str] = {}
    for count, found in enumerate(_PARAMETER.finditer(value)):
        if count == _LIMIT:
            break
        quoted, bare = found[2], found[3]
        given.setdefault(found[1].lower(), _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip())
    return Value(text, given)


def extension(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""
