"""Reads the vector files of tests/vectors/vault (their README gives the grammar)."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sceau.core.encoding import Part
from sceau.vault import format, stream

FOLDER = Path(__file__).parent.parent / "vectors" / "vault"


@dataclass(frozen=True)
class Vector:
    name: str
    expect: str  # ok, malformed or unreadable
    kind: str  # the file's name up to the first hyphen
    fields: dict[str, list[str]]
    body: bytes

    def text(self, name: str) -> str:
        (value,) = self.fields[name]
        return value

    def octets(self, name: str) -> bytes:
        return bytes.fromhex(self.text(name))

    def context(self) -> list[Part]:
        return [_part(value) for value in self.fields.get("context", [])]

    def blob(self) -> bytes:
        """The blob: the body, or what the fields build, then changed as they say."""
        data = self.body or build(
            self.octets("key"), self.text("blob-key"), self.octets("salt"), self.octets("prefix"), self.plaintext()
        )
        for change in self.fields.get("change", []):
            data = changed(data, change)
        return data

    def plaintext(self) -> bytes:
        if "plaintext-length" in self.fields:
            return pattern(int(self.text("plaintext-length")))
        return self.octets("plaintext")


def pattern(length: int) -> bytes:
    """Octet i is i modulo 251: no two segments are alike."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def build(key: bytes, blob_key: str, salt: bytes, prefix: bytes, plaintext: bytes) -> bytes:
    """A blob with its salt and nonce prefix given, which no product code does."""
    header = format._blob_header(key, blob_key)
    return header + b"".join(stream._encrypt(key, [plaintext], header, salt=salt, prefix=prefix))


def changed(data: bytes, change: str) -> bytes:
    """`data` after one line `change: …` of a vector."""
    verb, *arguments = change.split()
    at = int(arguments[0]) if verb != "append" else len(data)
    match verb:
        case "flip":
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        case "cut":
            return data[:at]
        case "append":
            return data + bytes.fromhex(arguments[0])
        case "put":
            octets = bytes.fromhex(arguments[1])
            return data[:at] + octets + data[at + len(octets) :]
        case "drop":
            return data[:at] + data[at + int(arguments[1]) :]
        case "repeat":
            end = at + int(arguments[1])
            return data[:end] + data[at:end] + data[end:]
        case "swap":
            other, length = int(arguments[1]), int(arguments[2])
            one, two = data[at : at + length], data[other : other + length]
            return data[:at] + two + data[at + length : other] + one + data[other + length :]
    raise ValueError(change)


def load(path: Path) -> Vector:
    head, _, body = path.read_text("utf-8").partition("\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name.rstrip(":"), []).append(value)
    return Vector(path.stem, fields["expect"][0], path.stem.split("-")[0], fields, bytes.fromhex(body))


def load_all() -> list[Vector]:
    return [load(path) for path in sorted(FOLDER.glob("*.txt"))]


def _part(text: str) -> Part:
    kind, _, value = text.partition(" ")
    match kind:
        case "uuid":
            return UUID(value)
        case "integer":
            return int(value)
        case "octets":
            return bytes.fromhex(value)
    raise ValueError(text)
