"""Looks for words that must be nowhere, in every spelling a leak could take."""

import base64
import contextlib
import gzip
import quopri
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

GZIP = b"\x1f\x8b\x08"


def spellings(word: str) -> dict[str, bytes]:
    """What `word` looks like in a file, by the name of the encoding; base64 in its three alignments."""
    raw = word.encode()
    found = {
        "raw": raw,
        "latin-1": word.encode("latin-1"),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "percent": quote(word, safe="").encode(),
        "percent-all": "".join(f"%{octet:02X}" for octet in raw).encode(),
        "json": word.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00"),
        "quoted-printable": quopri.encodestring(raw, quotetabs=False).rstrip(b"=\n"),
    }
    for shift in range(3):
        found[f"base64+{shift}"] = _middle(base64.b64encode(b"\0" * shift + raw), shift, len(raw))
        found[f"base64url+{shift}"] = _middle(base64.urlsafe_b64encode(b"\0" * shift + raw), shift, len(raw))
    return found


def _middle(encoded: bytes, shift: int, length: int) -> bytes:
    """The characters that depend on the word alone, whatever stands before and after it."""
    return encoded[-(-shift * 8 // 6) : (shift + length) * 8 // 6]


def search(data: bytes, words: Iterable[str]) -> list[str]:
    """Which word, in which spelling, stands in `data` or in a gzip stream inside it."""
    wanted: dict[bytes, list[str]] = {}  # many spellings of plain letters are one: it is looked for once
    for word in words:
        for name, form in spellings(word).items():
            wanted.setdefault(form, []).append(f"{word} ({name})")
    views = (data, *_unzipped(data))
    return [label for view in views for form, labels in wanted.items() if form in view for label in labels]


def _unzipped(data: bytes) -> Iterator[bytes]:
    at = data.find(GZIP)
    while at >= 0:
        with contextlib.suppress(zlib.error):  # three octets that only looked like gzip
            yield zlib.decompressobj(wbits=31).decompress(data[at:], 64_000_000)
        at = data.find(GZIP, at + 1)


def search_folders(words: Iterable[str], *folders: Path) -> dict[Path, list[str]]:
    """Every regular file below the folders that holds a word: empty is what we promise."""
    words = tuple(words)
    found = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.is_file() and not path.is_symlink() and (labels := search(path.read_bytes(), words)):
            found[path] = labels
    return found


def plant(word: str) -> dict[str, bytes]:
    """One leak in each spelling, to prove that the search sees it."""
    leaks = {name: b"before " + form + b" after" for name, form in spellings(word).items()}
    leaks["gzip"] = b"junk" + gzip.compress(f"a line\n{word}\n".encode()) + b"junk"
    for shift in range(3):
        padded = b"x" * shift + word.encode() + b"tail of the same text"
        leaks[f"inside base64, alignment {shift}"] = base64.b64encode(padded)
    return leaks
