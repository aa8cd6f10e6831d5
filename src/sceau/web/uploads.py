"""How files arrive: sealed as they come, in the one view that expects them, and refused everywhere else (V13).

Django parses a body when somebody first asks for `request.POST`. Its CSRF check asks, before a view runs.
A view that takes files is therefore wrapped in `@csrf_exempt`, chooses its handler with `sealing`, and calls
an inner view wrapped in `@csrf_protect`; this is the order that Django's manual gives. What happens then:

1. A foreign `Origin` (or `Referer`) is refused by the inner check before an octet of the body is read.
2. Otherwise the body is parsed: text fields to memory, each file through `SealingUpload` into a sealed blob
   that no row names. The view has found the draft before, so its author, and nobody else, gets this far.
3. A wrong or absent token is refused now. `sealing` drops the blobs that the inner view did not claim, as
   it does after any other refusal; what a crash leaves is removed by the sweep of orphans.

A reverse proxy must hand bodies on as they arrive: one that keeps them in a file breaks the promise.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Generic, NoReturn, TypeVar

from django.conf import settings
from django.core.exceptions import SuspiciousMultipartForm
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from sceau.core.errors import Error
from sceau.envelopes import attachments
from sceau.envelopes.attachments import Received

_Kept = TypeVar("_Kept")
_Result = TypeVar("_Result")
_AHEAD = 8  # chunks of 64 KiB between the socket and the seal
_PATIENCE = 3  # times the limit: how much of a refused body is read, so that the browser gets to see the answer


class RefuseFiles(FileUploadHandler):
    """The default of every view: a file where none is expected is a broken request (400)."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # Django's signature
        raise SuspiciousMultipartForm("this page takes no file")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        raise NotImplementedError

    def file_complete(self, file_size: int) -> None:
        raise NotImplementedError


class Discard(FileUploadHandler):
    """Of whom may not bring anything: what he sends is passed over."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class PipedUpload(FileUploadHandler, Generic[_Kept]):
    """Consumes each file while it arrives. `kept` holds what came of it; `error` says why the request ended early."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.kept: list[_Kept] = []
        self.error: Error | None = None
        self._pipe: Pipe[list[_Kept]] | None = None

    def consumer(self) -> Callable[[Iterator[bytes]], list[_Kept]]:
        """What takes the file that begins now."""
        raise NotImplementedError

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # Django's signature
        super().new_file(*args, **kwargs)
        self._pipe = Pipe(self.consumer())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self._current.write(raw_data)
        except Error as error:
            self._stop(error)

    def file_complete(self, file_size: int) -> None:
        try:
            self.kept += self._current.finish()
        except Error as error:
            self._stop(error)
        self._pipe = None

    def upload_interrupted(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        """Stop the file that is under way, if any; nothing of it is kept."""
        if self._pipe is not None:
            self._pipe.abandon()
            self._pipe = None

    def claim(self) -> Iterator[_Kept]:
        """Each one once: from then on its blob is the caller's to keep or to drop."""
        while self.kept:
            yield self.kept.pop(0)

    @property
    def _current(self) -> "Pipe[list[_Kept]]":
        if self._pipe is None:
            raise RuntimeError("no file is under way")
        return self._pipe

    def _stop(self, error: Error) -> NoReturn:
        """Parsing ends here; the text fields, which came first, stay readable."""
        self.error, self._pipe = error, None
        self._read_on()
        raise StopUpload(connection_reset=True)  # Django's own way to read on takes a line at a time, however long

    def _read_on(self) -> None:
        """A browser that is still sending does not see the answer: take the rest, within reason."""
        left = _PATIENCE * settings.SCEAU_MESSAGE_LIMIT
        if self.request is None or int(self.request.META.get("CONTENT_LENGTH") or 0) > left:
            return
        while self.request.read(self.chunk_size):
            pass


class SealingUpload(PipedUpload[Received]):
    """Seals each file while it arrives."""

    def __init__(self, request: HttpRequest, *, limit: int) -> None:
        """`limit`: decoded octets that all files of this request may have together."""
        super().__init__(request)
        self._limit = limit

    def consumer(self) -> Callable[[Iterator[bytes]], list[Received]]:
        name, content_type = self.file_name or "", self.content_type or ""
        limit = self._limit - sum(received.size for received in self.kept)
        return lambda chunks: [attachments.receive(name, content_type, chunks, limit=limit)]


@contextmanager
def sealing(request: HttpRequest, *, limit: int) -> Iterator[SealingUpload]:
    """Let this request bring files of at most `limit` octets together; on leaving, drop what nobody claimed.

    Call before anything reads `request.POST`. The files are there once something has.
    """
    handler = SealingUpload(request, limit=limit)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.abandon()
        for received in handler.kept:
            attachments.drop(received)


class _Abandoned(Exception):
    """Ends a blob that must not be kept."""


class Pipe(Generic[_Result]):
    """Django pushes chunks, the blob store pulls them: a thread in between, at most `_AHEAD` chunks apart."""

    def __init__(self, consume: Callable[[Iterator[bytes]], _Result]) -> None:
        self._queue: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._ended = self._abandoned = False
        self._failed = threading.Event()
        executor = ThreadPoolExecutor(1, "sealing")
        self._result = executor.submit(self._run, consume)
        executor.shutdown(wait=False)

    def write(self, chunk: bytes) -> None:
        """Raises what the consumer raised, as soon as it is known."""
        if chunk:
            self._queue.put(chunk)
        if self._failed.is_set():
            self.finish()

    def finish(self) -> _Result:
        """The whole has been written. Raises what the consumer raised."""
        self._queue.put(b"")
        return self._result.result()

    def abandon(self) -> None:
        """Stop; the consumer's blob is not kept."""
        self._abandoned = True
        self._queue.put(b"")
        self._result.exception()

    def _run(self, consume: Callable[[Iterator[bytes]], _Result]) -> _Result:
        try:
            return consume(self._chunks())
        except BaseException:
            self._failed.set()
            raise
        finally:
            while not self._ended:  # whoever writes must never wait for a consumer that is gone
                self._ended = not self._queue.get()

    def _chunks(self) -> Iterator[bytes]:
        while chunk := self._queue.get():
            yield chunk
        self._ended = True
        if self._abandoned:
            raise _Abandoned
