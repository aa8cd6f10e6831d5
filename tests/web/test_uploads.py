"""Files arrive sealed, in the one place that expects them."""

import tracemalloc
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sceau import blobs
from sceau.core.errors import StorageFull
from sceau.envelopes import attachments, rules
from sceau.web import uploads
from sceau.web.uploads import SealingUpload
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

LINE = b"X-BOUNDARY"
WORD = b"mot-temoin-" * 3


class Body(RawIOBase):
    """A body that is made while it is read: nobody holds it whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)], self._rest = taken, self._rest[len(taken) :]
        return len(taken)


def multipart(*files: tuple[str, Iterator[bytes]], whole: bool = True) -> Iterator[bytes]:
    yield b'--%b\r\nContent-Disposition: form-data; name="subject"\r\n\r\nAvis\r\n' % LINE
    for name, chunks in files:
        yield b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n' % (LINE, name.encode())
        yield b"Content-Type: application/pdf\r\n\r\n"
        yield from chunks
        yield b"\r\n"
    if whole:
        yield b"--%b--\r\n" % LINE


def request(pieces: Iterator[bytes], length: int = 50_000_000) -> WSGIRequest:
    environ = {"CONTENT_TYPE": f"multipart/form-data; boundary={LINE.decode()}", "CONTENT_LENGTH": str(length)}
    made = RequestFactory().post("/", **environ)  # type: ignore[arg-type]
    made._stream = BufferedReader(Body(pieces))  # type: ignore[assignment]
    made._read_started = False
    return made


def stored() -> int:
    return sum(1 for _ in blobs.store().names("blobs/"))


def zeros(size: int, piece: int = 50_000) -> Iterator[bytes]:
    for start in range(0, size, piece):
        yield bytes(min(piece, size - start))


def test_a_large_file_passes_through_little_memory() -> None:
    incoming = request(multipart(("a.pdf", zeros(30_000_000))))
    tracemalloc.start()
    with uploads.sealing(incoming, limit=40_000_000) as arrived:
        assert incoming.POST["subject"] == "Avis"
        (received,) = arrived.claim()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert received.size == 30_000_000
    assert peak < 16_000_000
    attachments.drop(received)


@given(st.lists(st.binary(max_size=200_000), min_size=1, max_size=4))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow]
)
def test_files_arrive_as_they_were_sent(files: list[bytes]) -> None:
    incoming = request(multipart(*((f"{number}.bin", iter([octets])) for number, octets in enumerate(files))))
    with uploads.sealing(incoming, limit=40_000_000) as arrived:
        assert incoming.POST["subject"] == "Avis"
        assert [received.size for received in arrived.kept] == [len(octets) for octets in files]
    assert stored() == 0  # nobody claimed them


def test_the_limit_is_for_all_files_of_a_request_together() -> None:
    incoming = request(multipart(("a", zeros(600_000)), ("b", zeros(600_000)), ("c", zeros(10))))
    with uploads.sealing(incoming, limit=1_000_000) as arrived:
        assert incoming.POST["subject"] == "Avis"  # what came before stays readable
        assert isinstance(arrived.error, rules.TooLarge)
        assert [received.name for received in arrived.kept] == ["a"]
    assert stored() == 0


def test_a_huge_body_is_not_read_to_its_end() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 50_000
            yield bytes(50_000)

    incoming = request(multipart(("a", endless())), length=10**12)
    with uploads.sealing(incoming, limit=1_000_000) as arrived:
        assert incoming.POST["subject"] == "Avis"
        assert isinstance(arrived.error, rules.TooLarge)
    assert taken < 10_000_000
    assert stored() == 0


def test_a_connection_that_breaks_leaves_nothing() -> None:
    incoming = request(multipart(("a", zeros(300_000)), whole=False))
    with uploads.sealing(incoming, limit=1_000_000) as arrived:
        assert incoming.POST["subject"] == "Avis"
        assert arrived.kept == []
    assert stored() == 0


def test_a_reader_that_fails_leaves_nothing() -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(200_000)
        raise ConnectionResetError

    incoming = request(multipart(("a", broken())))
    with pytest.raises(OSError), uploads.sealing(incoming, limit=1_000_000):
        incoming.POST.get("subject")
    assert stored() == 0


@pytest.mark.attack(38)
def test_a_full_disk_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, chunks: Iterator[bytes]) -> None:
        next(iter(chunks))
        raise StorageFull

    monkeypatch.setattr(type(blobs.store()), "put", staticmethod(full))
    incoming = request(multipart(("a", zeros(5_000_000))))
    with uploads.sealing(incoming, limit=40_000_000) as arrived:
        assert incoming.POST["subject"] == "Avis"
        assert isinstance(arrived.error, StorageFull)


@pytest.mark.attack(39)
def test_no_octet_of_a_document_is_on_the_disk_in_clear(claire: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, "")
    browser = sign_in(claire)
    file = SimpleUploadedFile(f"{WORD.decode()}.pdf", WORD * 5000, "application/pdf")
    assert browser.post(f"/brouillons/{draft.id}/joindre", {"file": file}).status_code == 303
    assert attachments.of(draft, keys=by.keys)[0].size == len(WORD) * 5000
    for path in Path(settings.SCEAU_DATA).rglob("*"):
        assert not path.is_file() or WORD not in path.read_bytes()


def test_files_are_refused_where_none_is_expected(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    own = desk.own_copy(envelope, people.actor(claire)).id
    browser = sign_in(claire)
    browser.get("/recues")  # gives the cookie that goes with the token
    token = {"X-CSRFToken": browser.cookies[settings.CSRF_COOKIE_NAME].value}
    browser.handler.enforce_csrf_checks = True
    for path in (f"/enveloppes/{own}/jeter", "/rediger", "/compte", "/corbeille", "/connexion"):
        answer = browser.post(path, {"file": SimpleUploadedFile("a.pdf", b"x")}, headers=token)
        assert answer.status_code == 400, path
    assert stored() == 1


def test_a_handler_shows_nothing_of_what_it_holds() -> None:
    incoming = request(multipart(("secret.pdf", iter([b"secret"]))))
    with uploads.sealing(incoming, limit=100) as arrived:
        incoming.POST.get("subject")
        assert isinstance(arrived, SealingUpload)
        assert "secret" not in repr(arrived.kept)
