"""What leaves as a file."""

import email.message
import io
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sceau.core import clock
from sceau.envelopes.models import Envelope, Handover
from sceau.evidence import integrator
from sceau.web import documents
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

PDF = bytes(range(256)) * 3000


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), ("Écho “cœur”.pdf", PDF), subject="Écho / bilan")
    desk.attach(draft, "page.html", b"<script>alert(1)</script>", "text/html")
    envelope = desk.sending.seal(draft, by=by, at=clock.now())
    desk.open_copy(envelope, marc)
    return envelope


@pytest.fixture
def place(envelope: Envelope, marc: Member) -> str:
    return f"/enveloppes/{desk.copy_of(envelope, marc).id}"


@pytest.fixture
def browser(marc: Member) -> Client:
    return sign_in(marc)


def test_a_document_is_saved_under_its_name_and_never_shown(browser: Client, place: str) -> None:
    answer = browser.get(f"{place}/documents/2")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert unquote(answer["Content-Disposition"].rpartition("''")[2]) == "Écho “cœur”.pdf"
    assert answer["Content-Length"] == str(len(PDF))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer.getvalue() == PDF


@pytest.mark.attack(17)
def test_what_a_browser_would_run_arrives_as_octets(browser: Client, place: str) -> None:
    answer = browser.get(f"{place}/documents/3")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; ")


@given(st.text(min_size=1))
@pytest.mark.attack(7)
def test_any_name_makes_one_header_that_gives_it_back(name: str) -> None:
    name = name.encode("utf-8", "ignore").decode()
    header = documents.disposition(name)
    assert header.isascii()
    assert header.isprintable()
    parsed = email.message.Message()
    parsed["Content-Disposition"] = header
    assert unquote(header.rpartition("''")[2]) == name
    assert parsed.get_content_disposition() == "attachment"


def test_the_last_octet_of_a_download_is_a_handover(browser: Client, place: str) -> None:
    answer = browser.get(f"{place}/documents/2")
    assert isinstance(answer, StreamingHttpResponse)
    chunks = iter(answer)
    assert isinstance(chunks, Iterator)
    next(chunks)
    assert not Handover.objects.exists()
    assert sum(map(len, chunks)) > 0
    assert Handover.objects.get().part == "2"


@pytest.mark.django_db(transaction=True)  # closing an answer closes the connection, too
def test_a_download_that_the_reader_stops_is_no_handover(browser: Client, place: str) -> None:
    answer = browser.get(f"{place}/documents/2")
    next(iter(answer))
    answer.close()
    assert not Handover.objects.exists()


@pytest.mark.attack(25)
def test_a_head_request_takes_nothing(browser: Client, place: str) -> None:
    for act in ("documents/2", "documents.zip", "message.eml", "preuve.pdf", "preuve.json", "preuves.zip"):
        assert browser.head(f"{place}/{act}").status_code == 405
    assert browser.head("/tout-telecharger/envois-1.zip?dossier=received").status_code == 405
    assert not Handover.objects.exists()


def test_all_documents_come_in_one_archive(browser: Client, place: str) -> None:
    answer = browser.get(f"{place}/documents.zip")
    assert unquote(answer["Content-Disposition"].rpartition("''")[2]) == "Écho _ bilan.zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.read("Écho “cœur”.pdf") == PDF
    assert Handover.objects.get().part == "zip"


def test_the_message_is_the_sealed_one(browser: Client, place: str, envelope: Envelope) -> None:
    answer = browser.get(f"{place}/message.eml")
    assert answer["Content-Type"] == "message/rfc822"
    assert len(answer.getvalue()) == envelope.size == int(answer["Content-Length"])
    assert Handover.objects.get().part == "eml"


def test_the_receipt_comes_in_each_form(browser: Client, place: str) -> None:
    integrator.step(at=clock.now())
    assert browser.get(f"{place}/preuve.pdf").getvalue().startswith(b"%PDF")
    assert browser.get(f"{place}/preuve.json").getvalue().startswith(b'{"')
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{place}/preuves.zip").getvalue())) as archive:
        assert {"preuve.pdf", "preuve.json"} < set(archive.namelist())
    assert not Handover.objects.exists()  # no content left


def test_a_document_that_is_not_there_is_not_found(browser: Client, place: str) -> None:
    for number in (0, 1, 4, 10**9):
        assert browser.get(f"{place}/documents/{number}").status_code == 404
