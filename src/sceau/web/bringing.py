"""How files of mails arrive: see `uploads`, whose order of steps this follows; here one file may hold many mails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from sceau.core.errors import Error
from sceau.envelopes import importing
from sceau.envelopes.importing import Brought
from sceau.web.uploads import Pipe


class MailUpload(FileUploadHandler):
    """Seals each mail while it arrives. `brought` holds them; `error` says why all of it ended early."""

    def __init__(self, request: HttpRequest, *, at: datetime) -> None:
        super().__init__(request)
        self.brought: list[Brought] = []
        self.error: Error | None = None
        self._at = at
        self._pipe: Pipe[list[Brought]] | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # Django's signature
        super().new_file(*args, **kwargs)
        name, at, most = self.file_name or "", self._at, importing.MOST - len(self.brought)
        self._pipe = Pipe(lambda chunks: importing.arrive(name, chunks, at=at, most=most))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._pipe is not None:
            try:
                self._pipe.write(raw_data)
            except Error as error:
                self._stop(error)

    def file_complete(self, file_size: int) -> None:
        if self._pipe is not None:
            try:
                self.brought += self._pipe.finish()
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

    def claim(self) -> Iterator[Brought]:
        """Each mail, once: from then on its blob is the caller's to keep or to drop."""
        while self.brought:
            yield self.brought.pop(0)

    def _stop(self, error: Error) -> None:
        self.error, self._pipe = error, None
        raise StopUpload(connection_reset=True)


class _Discard(FileUploadHandler):
    """Of whom may not bring anything: what he sends is passed over."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def discard(request: HttpRequest) -> None:
    """Let nothing of this request's files be kept. Before `request.POST` is read."""
    request.upload_handlers = [_Discard(request)]


@contextmanager
def bringing(request: HttpRequest, *, at: datetime) -> Iterator[MailUpload]:
    """Let this request bring files of mails; on leaving, drop what nobody claimed. Before `request.POST` is read."""
    handler = MailUpload(request, at=at)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.abandon()
        importing.drop(handler.brought)
