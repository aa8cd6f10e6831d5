"""The memory twin of a blob store, for tests that look at something else."""

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from sceau.blobs.port import Entry, checked, checked_prefix
from sceau.core.errors import NotFound


class Memory:
    def __init__(self) -> None:
        self._blobs: dict[str, tuple[datetime, bytes]] = {}

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        name, content = checked(name), b"".join(chunks)
        self._blobs[name] = datetime.now(UTC), content

    def open(self, name: str) -> BinaryIO:
        try:
            return io.BytesIO(self._blobs[checked(name)][1])
        except KeyError as error:
            raise NotFound from error

    def delete(self, name: str) -> None:
        self._blobs.pop(checked(name), None)

    def names(self, prefix: str) -> Iterator[Entry]:
        checked_prefix(prefix)
        for name, (modified, content) in list(self._blobs.items()):
            if name.startswith(prefix):
                yield Entry(name, modified, len(content))

    def sweep(self, *, before: datetime) -> int:
        return 0  # a put is never left unfinished here
