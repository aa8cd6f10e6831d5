"""How files of mails arrive: see `uploads`, whose order of steps this follows; here one file may hold many mails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.http import HttpRequest

from sceau.envelopes import importing
from sceau.envelopes.importing import Brought
from sceau.web.uploads import Discard, PipedUpload


class MailUpload(PipedUpload[Brought]):
    """Seals each mail while it arrives."""

    def __init__(self, request: HttpRequest, *, at: datetime) -> None:
        super().__init__(request)
        self._at = at

    def consumer(self) -> Callable[[Iterator[bytes]], list[Brought]]:
        name, at, most = self.file_name or "", self._at, importing.MOST - len(self.kept)
        return lambda chunks: importing.arrive(name, chunks, at=at, most=most)


def discard(request: HttpRequest) -> None:
    """Let nothing of this request's files be kept. Before `request.POST` is read."""
    request.upload_handlers = [Discard(request)]


@contextmanager
def bringing(request: HttpRequest, *, at: datetime) -> Iterator[MailUpload]:
    """Let this request bring files of mails; on leaving, drop what nobody claimed. Before `request.POST` is read."""
    handler = MailUpload(request, at=at)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.abandon()
        importing.drop(handler.kept)
