"""Mails for tests: small ones of our own, and the collection beside the project where it is at hand."""

import gzip
from functools import cache
from pathlib import Path

import pytest

_COLLECTION = Path(__file__).parents[3] / "shared" / "data" / "mime"


def collection() -> dict[str, bytes]:
    """Every file of the collection that is a mail, or claims to be one, by its name. Skips where it is absent."""
    if not _COLLECTION.is_dir():
        pytest.skip(f"no collection of mails at {_COLLECTION}")
    return _read()


@cache
def _read() -> dict[str, bytes]:
    files = (path for path in sorted(_COLLECTION.rglob("*")) if path.is_file())
    return {str(path.relative_to(_COLLECTION)): _octets(path) for path in files}


def _octets(path: Path) -> bytes:
    octets = path.read_bytes()
    return gzip.decompress(octets) if path.suffix == ".gz" else octets


def mail(*fields: str | bytes, body: str | bytes = b"Bonjour.\r\n") -> bytes:
    """A mail with these header lines, after the usual ones where they are not given."""
    given = [_bytes(field) for field in fields]
    usual = [b"From: Marc Benali <marc@ailleurs.example>", b"Date: Fri, 20 Nov 2026 10:00:00 +0100"]
    names = {field.partition(b":")[0].lower() for field in given}
    head = [field for field in usual if field.partition(b":")[0].lower() not in names]
    return b"\r\n".join([*head, *given, b"", _bytes(body)])


def multipart(*parts: str | bytes, boundary: str = "b", kind: str = "mixed", end: bool = True) -> bytes:
    """A mail of these parts, each with its own header."""
    line = f"\r\n--{boundary}\r\n".encode()
    body = b"".join(line + _bytes(part) for part in parts) + (f"\r\n--{boundary}--\r\n".encode() if end else b"")
    return mail(f'Content-Type: multipart/{kind}; boundary="{boundary}"', body=body)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
