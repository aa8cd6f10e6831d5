"""The viewer's page, and what it gives a browser to show."""

import io
import os
from pathlib import Path

import pydicom
import pytest
from django.test import Client
from PIL import Image

from sceau.core import clock
from sceau.envelopes import sending
from sceau.envelopes.models import Handover
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + os.urandom(300_000)
DICOM = (Path(pydicom.__file__).parent / "data" / "test_files" / "CT_small.dcm").read_bytes()
SCRIPT = b"<script>alert(document.domain)</script>"
SAFE = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"}


def picture(form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).save(out, form)
    return out.getvalue()


def opened(claire: Member, marc: Member, *documents: tuple[str, bytes, str]) -> str:
    """Where Marc's copy is, once he has opened it."""
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address))
    for name, octets, declared in documents:
        desk.attach(draft, name, octets, declared)
    envelope = sending.seal(draft, by=by, at=clock.now())
    desk.open_copy(envelope, marc)
    return f"/enveloppes/{desk.copy_of(envelope, marc).id}/documents"


@pytest.fixture
def browser(marc: Member) -> Client:
    return sign_in(marc)


def handed_over() -> list[str]:
    assert Handover.objects.count() == Evidence.objects.filter(event=Event.CONTENT_HANDOVER).count()
    return sorted(Handover.objects.values_list("part", flat=True))


class TestPage:
    def test_it_leads_to_the_documents_around_and_back(self, claire: Member, marc: Member, browser: Client) -> None:
        place = opened(claire, marc, *((f"{n}.pdf", PDF, "application/pdf") for n in "abc"))
        middle = browser.get(f"{place}/3/voir").content.decode()
        for link in (
            f"{place}/2/voir",
            f"{place}/4/voir",
            f"{place}/3",
            f"{place}/3/contenu",
            place.removesuffix("/documents"),
        ):
            assert f'"{link}"' in middle
        assert "2 sur 3" in middle
        assert f"{place}/1/voir" not in browser.get(f"{place}/2/voir").content.decode()
        assert browser.get(f"{place}/1/voir").status_code == 404
        assert browser.get(f"{place}/9/contenu").status_code == 404

    def test_a_text_is_on_it_as_text_whatever_it_says(self, claire: Member, marc: Member, browser: Client) -> None:
        place = opened(claire, marc, ("notes.txt", "Température : 38 °C\n".encode() + SCRIPT, "text/plain"))
        answer = browser.get(f"{place}/2/voir")
        page = answer.getvalue().decode()
        assert "Température : 38 °C" in page
        assert "&lt;script&gt;" in page
        assert SCRIPT.decode() not in page
        assert handed_over() == ["2"]  # the page was the document

    @pytest.mark.parametrize(
        "octets", ["glycémie".encode("cp1252"), "glycémie".encode("utf-16"), "\ufeffglycémie".encode()]
    )
    def test_a_text_is_read_in_the_letters_it_was_written_in(
        self, claire: Member, marc: Member, browser: Client, octets: bytes
    ) -> None:
        place = opened(claire, marc, ("releve.csv", octets, "text/csv"))
        assert "glycémie" in browser.get(f"{place}/2/voir").getvalue().decode()

    def test_a_long_text_is_cut_and_says_so(self, claire: Member, marc: Member, browser: Client) -> None:
        place = opened(claire, marc, ("long.txt", "é".encode() * 400_001, "text/plain"))
        answer = browser.get(f"{place}/2/voir")
        assert "téléchargez le document pour le lire en entier" in text_of(answer)
        assert "\ufffd" not in answer.content.decode()
        assert handed_over() == []

    @pytest.mark.attack(19)
    def test_a_structured_document_is_shown_as_its_source(self, claire: Member, marc: Member, browser: Client) -> None:
        """No style sheet, no entity, no transformation."""
        hostile = (
            b'<?xml version="1.0"?><?xml-stylesheet href="https://x.example/x.xsl"?>'
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ClinicalDocument>&e;</ClinicalDocument>'
        )
        place = opened(claire, marc, ("cda.xml", hostile, "text/xml"))
        page = browser.get(f"{place}/2/voir").getvalue().decode()
        assert "&lt;ClinicalDocument&gt;&amp;e;" in page
        assert "root:" not in page
        assert browser.get(f"{place}/2/contenu").status_code == 404

    def test_a_scan_says_what_it_is(self, claire: Member, marc: Member, browser: Client) -> None:
        place = opened(claire, marc, ("scanner.dcm", DICOM, "application/dicom"))
        words = text_of(browser.get(f"{place}/2/voir"))
        for said in ("CompressedSamples CT1", "19/01/2004", "JFK IMAGING CENTER", "non destiné au diagnostic"):
            assert said in words
        assert handed_over() == []

    def test_a_broken_scan_says_so(self, claire: Member, marc: Member, browser: Client) -> None:
        place = opened(claire, marc, ("scanner.dcm", DICOM[:200] + b"\xff" * 300, "application/dicom"))
        answer = browser.get(f"{place}/2/voir")
        assert answer.status_code == 200
        assert "ne s’affiche pas ici" in text_of(answer)
        assert browser.get(f"{place}/2/contenu").status_code == 422

    @pytest.mark.attack(14)
    @pytest.mark.attack(19)
    @pytest.mark.parametrize(
        ("name", "octets", "declared", "said"),
        [
            ("lettre.pdf", SCRIPT, "application/pdf", "Contenu inattendu"),
            ("radio.pdf.exe", b"MZ" + bytes(40), "application/octet-stream", "C’est un programme"),
            ("page.html", SCRIPT, "text/html", "C’est une page web"),
            ("dessin.svg", b"<svg>" + SCRIPT, "image/svg+xml", "C’est une page web"),
            ("calcul.xlsm", b"PK\x03\x04" + bytes(40), "application/zip", "macros"),
            ("clos.zip", b"PK\x03\x04\x14\x00\x01\x00" + bytes(40), "application/zip", "sous mot de passe"),
            ("scan.dcm", b"MZ".ljust(128, b"\0") + b"DICM", "application/dicom", "Contenu inattendu"),
        ],
    )
    def test_what_may_harm_is_named_and_not_shown(
        self, claire: Member, marc: Member, browser: Client, name: str, octets: bytes, declared: str, said: str
    ) -> None:
        place = opened(claire, marc, (name, octets, declared))
        assert said in text_of(browser.get(f"{place}/2/voir"))
        assert browser.get(f"{place}/2/contenu").status_code == 404
        letter = browser.get(place.removesuffix("/documents")).getvalue().decode()
        assert ("prudence" in letter) == (said not in ("Contenu inattendu", "sous mot de passe"))  # octets tell these


class TestContent:
    @pytest.mark.parametrize(
        ("name", "octets", "declared", "media"),
        [
            ("a.pdf", PDF, "application/pdf", "application/pdf"),
            ("a.png", picture(), "image/png", "image/png"),
            ("a.jpg", picture("JPEG"), "image/jpeg", "image/jpeg"),
            ("a.gif", picture("GIF"), "image/gif", "image/gif"),
            ("a.webp", picture("WEBP"), "image/webp", "image/webp"),
        ],
    )
    def test_what_a_browser_knows_comes_as_it_is(
        self, claire: Member, marc: Member, browser: Client, name: str, octets: bytes, declared: str, media: str
    ) -> None:
        place = opened(claire, marc, (name, octets, declared))
        answer = browser.get(f"{place}/2/contenu")
        assert answer["Content-Type"] == media
        assert answer.getvalue() == octets
        assert handed_over() == ["2"]

    @pytest.mark.parametrize(
        ("name", "octets", "handed"),
        [("a.tif", picture("TIFF"), ["2"]), ("a.bmp", picture("BMP"), ["2"]), ("a.dcm", DICOM, ["2"])],
    )
    def test_what_no_browser_knows_comes_as_png(
        self, claire: Member, marc: Member, browser: Client, name: str, octets: bytes, handed: list[str]
    ) -> None:
        place = opened(claire, marc, (name, octets, "application/octet-stream"))
        answer = browser.get(f"{place}/2/contenu")
        assert answer["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(answer.getvalue())).format == "PNG"
        assert handed_over() == handed

    @pytest.mark.attack(19)
    @pytest.mark.parametrize(
        ("name", "octets", "declared"),
        [
            ("a.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", "image/gif"),
            ("a.jpg", b"\xff\xd8\xff\xe0/*" + SCRIPT, "image/jpeg"),
            ("a.pdf", b"%PDF-1.7\n" + SCRIPT + b"PK\x03\x04", "application/pdf"),
            ("a.png", picture() + SCRIPT, "image/png"),
        ],
    )
    def test_a_polyglot_is_only_ever_what_it_says(
        self, claire: Member, marc: Member, browser: Client, name: str, octets: bytes, declared: str
    ) -> None:
        """Exact type, no guessing, an attachment, a sandbox: nothing lays it out or runs it, asked for in any way."""
        answer = browser.get(f"{opened(claire, marc, (name, octets, declared))}/2/contenu")
        assert answer["Content-Type"] == declared
        assert answer["Content-Type"] in SAFE
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "no-store"
        answer.getvalue()

    @pytest.mark.attack(25)
    def test_a_closed_envelope_shows_nothing(self, claire: Member, marc: Member, browser: Client) -> None:
        envelope = desk.send(people.actor(claire), str(marc.address), ("a.pdf", PDF))
        place = f"/enveloppes/{desk.copy_of(envelope, marc).id}/documents/2"
        for act in ("voir", "contenu"):
            assert browser.get(f"{place}/{act}").status_code == 403
            assert browser.head(f"{place}/{act}").status_code == 405
        assert handed_over() == []


class TestRanges:
    @pytest.fixture
    def place(self, claire: Member, marc: Member) -> str:
        return f"{opened(claire, marc, ('a.pdf', PDF, 'application/pdf'))}/2/contenu"

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=57-113", 57, 114),
            ("bytes=56-57", 56, 58),
            ("bytes=100000-165535", 100_000, 165_536),
            ("bytes=300000-", 300_000, len(PDF)),
            ("bytes=299999-999999999", 299_999, len(PDF)),
        ],
    )
    def test_any_piece_comes_alone(self, place: str, browser: Client, asked: str, start: int, end: int) -> None:
        answer = browser.get(place, headers={"range": asked})
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {start}-{end - 1}/{len(PDF)}"
        assert answer["Content-Length"] == str(end - start)
        assert answer.getvalue() == PDF[start:end]
        assert handed_over() == []

    @pytest.mark.parametrize(
        "asked", ["bytes=-500", "bytes=5-2", f"bytes={len(PDF)}-", "bytes=0-1,5-6", "lines=1-2", "x"]
    )
    def test_what_cannot_be_met_gets_the_whole(self, place: str, browser: Client, asked: str) -> None:
        answer = browser.get(place, headers={"range": asked})
        assert (answer.status_code, answer["Accept-Ranges"]) == (200, "bytes")
        assert answer.getvalue() == PDF

    def test_only_the_whole_is_a_handover(self, place: str, browser: Client) -> None:
        half = len(PDF) // 2
        for asked in (f"bytes=0-{half}", f"bytes={half}-"):
            browser.get(place, headers={"range": asked}).getvalue()
        assert handed_over() == []
        browser.get(place).getvalue()
        assert handed_over() == ["2"]
