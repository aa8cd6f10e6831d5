"""The blob port: what a store of sealed bytes promises, whatever it stands on.

One contract test class (`tests/blobs/contract.py`) runs against every implementation.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from sceau.core.errors import Malformed

# A component never begins with a dot: `..` cannot be written, and names that do are the store's own.
_COMPONENT = r"[0-9a-z_-][0-9a-z._-]*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_COMPONENT_LIMIT, _NAME_LIMIT = 200, 500  # octets; file systems take 255, S3 takes 1024


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    modified: datetime  # UTC, by the store's clock
    size: int  # octets


class BlobStore(Protocol):
    """Sealed bytes by name.

    Names are ours, never a user's: lower-case `[0-9a-z./_-]`, at most 500 octets, no component that is
    empty or begins with a dot, and no name that is the folder of another. Anything else is Malformed.
    Every method raises TryLater when the store cannot be reached.
    """

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Keep the chunks, joined, under this name; durable when it returns.

        A reader sees the whole or what was there before, never a part; so does the next start after a
        crash or a power cut. Whatever goes wrong, `chunks` itself failing included, nothing is kept.
        Memory stays below 16 MiB beside the chunk in hand. Raises StorageFull.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """A seekable reader of one version of the blob. Raises NotFound; TryLater, also while it reads."""
        ...

    def delete(self, name: str) -> None:
        """Forget the blob, durably. Absent is fine."""
        ...

    def names(self, prefix: str) -> Iterator[Entry]:
        """Every complete blob whose name begins with `prefix`, in no promised order, a page at a time.

        What is put or deleted meanwhile may or may not be seen.
        """
        ...

    def sweep(self, *, before: datetime) -> int:
        """Remove what puts left unfinished before that time (take a day: a put may be slow); how many."""
        ...


def checked(name: str) -> str:
    """The name itself. Raises Malformed."""
    if not _NAME.fullmatch(name) or len(name) > _NAME_LIMIT:
        raise Malformed
    if any(len(component) > _COMPONENT_LIMIT for component in name.split("/")):
        raise Malformed
    return name


def checked_prefix(prefix: str) -> str:
    """The prefix itself: empty, or the beginning of a name. Raises Malformed."""
    if prefix:
        checked(prefix.removesuffix("/"))
    return prefix
