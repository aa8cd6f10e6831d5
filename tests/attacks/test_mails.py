"""Mails made to deceive their reader, imported and read through the real pages (attacks 11 to 14)."""

import io
import re
import zipfile
from collections.abc import Callable
from email import message_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sceau.envelopes.models import Copy
from tests.envelopes.mails import mail, multipart
from tests.people import Member, sign_in, text_of

pytestmark = pytest.mark.django_db
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]")
Read = Callable[[bytes], "Page"]


class Page:
    """An imported mail, as its reader finds it."""

    def __init__(self, browser: Client, raw: bytes) -> None:
        given = {"files": SimpleUploadedFile("a.eml", raw)}
        assert "1 courriel importé" in text_of(browser.post("/importer", given))
        self.browser = browser
        self.path = f"/enveloppes/{Copy.objects.order_by('-id').values_list('id', flat=True)[0]}"
        self.html = browser.get(self.path).content.decode()
        self.row = self._row(browser.get("/recues").content.decode())
        self.people = self.text(self.html.partition('<dl class="people">')[2].partition("</dl>")[0])
        self.notes = self.text(self.html.partition('<div class="imported-note">')[2].partition("</div>")[0])
        assert not HIDDEN.search(self.html)
        assert not HIDDEN.search(self.row)

    def _row(self, page: str) -> str:
        (row,) = [row for row in re.split(r"<li\b", page) if self.path in row]
        return self.text(row.partition("</li>")[0])

    @staticmethod
    def text(html: str) -> str:
        return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<wbr>(<span class=\"whole\">)?", "", html)).split())

    def document(self, number: int) -> bytes:
        answer = self.browser.get(f"{self.path}/documents/{number}")
        assert answer.status_code == 200
        return answer.getvalue()

    @property
    def documents(self) -> dict[str, bytes]:
        """Everything that « Tout télécharger » gives."""
        answer = self.browser.get(f"{self.path}/documents.zip")
        with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def read(claire: Member) -> Read:
    browser = sign_in(claire)
    return lambda raw: Page(browser, raw)


@pytest.mark.attack(11)
class TestMailsploit:
    @pytest.mark.parametrize(
        "sender",
        [
            "=?utf-8?b?ZGlyZWN0aW9uQGNoLWdhcC5mcgA=?= <voleur@x.example>",  # an address, then a zero octet
            "=?utf-8?q?direction=40ch-gap.fr=0A?= <voleur@x.example>",
            '"direction@ch-gap.fr" <voleur@x.example>',
            "=?utf-8?q?direction=40ch-gap.fr=00?= =?utf-8?q?=28voleur?= <voleur@x.example>",
            '"=?utf-8?q?direction=40ch-gap.fr=22_=3Cdirection=40ch-gap.fr=3E?=" <voleur@x.example>',
            "=?utf-8?q?direction=EF=BC=A0ch-gap.fr?= <voleur@x.example>",  # a wide @
            "<voleur@x.example> <direction@ch-gap.fr>",
            "voleur@x.example (direction@ch-gap.fr)",
        ],
    )
    def test_the_address_is_shown_and_a_name_that_looks_like_another_is_not(self, read: Read, sender: str) -> None:
        page = read(mail(f"From: {sender}", "Subject: Virement"))
        for shown in (page.people, page.row):
            assert "voleur@x.example" in shown
            assert "ch-gap.fr" not in shown
        assert "imite une autre adresse" in page.notes

    def test_an_encoded_word_brings_no_address_of_its_own(self, read: Read) -> None:
        page = read(mail("From: =?utf-8?q?Direction=22_=3Cdirection=E2=80=A4ch-gap=3E=2C?= <voleur@x.example>"))
        assert "voleur@x.example" in page.people
        assert "expéditeur non vérifié" in page.people

    def test_bidi_and_zero_width_characters_leave_names_and_subjects(self, read: Read) -> None:
        page = read(mail("From: =?utf-8?q?Dr_=E2=80=AENomed?= <a@x.example>", "Subject: =?utf-8?q?Bi=E2=80=8Blan?="))
        assert "Bilan" in page.row
        assert "Dr Nomed" in page.people
        assert "caractères invisibles" in page.notes


@pytest.mark.attack(12)
class TestRepeatedHeaders:
    def test_the_first_of_two_counts_everywhere(self, read: Read) -> None:
        raw = mail(
            "From: Une <une@x.example>",
            "From: Deux <deux@x.example>",
            "Sender: Trois <trois@x.example>",
            "Subject: Premier",
            "Subject: Second",
            "Date: Mon, 5 Jan 2015 08:00:00 +0100",
            "Date: Tue, 6 Jan 2026 08:00:00 +0100",
        )
        page = read(raw)
        for shown in (page.html, page.row):
            assert "Premier" in shown
            assert "Second" not in shown
            assert "deux@x.example" not in shown
            assert "Deux" not in shown
        assert "une@x.example" in page.people
        assert "2015" in page.people
        assert "deux fois" in page.notes
        answer = page.browser.post(f"{page.path}/repondre")
        draft = page.browser.get(answer["Location"]).content.decode()
        assert "une@x.example" in draft
        assert "deux@x.example" not in draft

    @pytest.mark.parametrize(
        ("sender", "shown"),
        [
            ("Equipe: une@x.example, deux@x.example;", "une@x.example"),
            ("\r\n Une\r\n\t<une@x.example>", "une@x.example"),
            ("undisclosed:;", "Expéditeur non indiqué"),
            ("", "Expéditeur non indiqué"),
        ],
    )
    def test_groups_and_folds_are_read_as_one_sender_or_none(self, read: Read, sender: str, shown: str) -> None:
        page = read(mail(f"From: {sender}"))
        assert shown in page.people
        assert "deux@x.example" not in page.people

    def test_a_line_that_is_no_header_ends_the_header_for_everybody(self, read: Read) -> None:
        page = read(b"From: une@x.example\r\nn'importe quoi\r\nFrom: deux@x.example\r\nSubject: b\r\n\r\ntexte")
        assert "une@x.example" in page.people
        assert "deux@x.example" not in page.people
        assert "From: deux@x.example" in page.text(page.html)  # nothing is hidden: it is text
        assert "abîmé" in page.notes


@pytest.mark.attack(13)
class TestMimeConfusion:
    """What a scanner would be given is the part tree that the page shows: there is no second reading."""

    def test_two_content_types_are_one(self, read: Read) -> None:
        parts = "\r\n--b\r\nContent-Type: application/pdf; name=cache.pdf\r\n\r\n%PDF\r\n--b--\r\n"
        page = read(mail("Content-Type: text/plain", "Content-Type: multipart/mixed; boundary=b", body=parts))
        assert "cache.pdf" in page.html  # as text: that is all there is
        assert page.browser.get(f"{page.path}/documents/1").status_code == 404
        assert "deux façons" in page.notes

    def test_two_encodings_are_one(self, read: Read) -> None:
        raw = multipart(
            "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
            "Content-Transfer-Encoding: 7bit\n\nJVBERg=="
        )
        page = read(raw)
        assert page.document(1) == b"%PDF"
        assert "deux façons" in page.notes

    def test_base64_with_junk_is_one_document(self, read: Read) -> None:
        body = "JV!B*ER\ng==TUFMSUdORQ"
        page = read(multipart(f"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n{body}"))
        assert page.document(1) == b"%PDF"
        assert "abîmée" in page.notes

    @pytest.mark.parametrize(
        "raw",
        [
            multipart("Content-Type: application/pdf\n\n%PDF", end=False),
            multipart("Content-Type: application/pdf\n\n%PDF").replace(b"--b\r\n", b"--b \t\r\n"),
            multipart("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf\n\n%PDF\n--b--"),
            multipart("Content-Type: application/pdf\n\n%PDF").replace(b'boundary="b"', b'boundary="b"; boundary="c"'),
        ],
        ids=["no end", "spaces behind", "nested in itself", "two boundaries"],
    )
    def test_a_document_behind_odd_boundaries_is_reached(self, read: Read, raw: bytes) -> None:
        assert b"%PDF" in read(raw).document(1)

    def test_of_two_names_the_one_that_counts_is_said(self, read: Read) -> None:
        page = read(
            multipart(
                "Content-Type: application/octet-stream\n"
                "Content-Disposition: attachment; filename=\"cr.pdf\"; filename*=utf-8''cr.exe\n\nMZ"
            )
        )
        assert list(page.documents) == ["cr.exe"]
        assert "cr.pdf" not in page.html
        assert "deux noms" in page.notes

    def test_a_mail_in_base64_stays_closed_for_everybody(self, read: Read) -> None:
        inner = "U3ViamVjdDogYQ0KDQp0ZXh0ZQ=="
        page = read(multipart(f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}"))
        assert page.document(1) == b"Subject: a\r\n\r\ntexte"
        assert "sous une forme codée" in page.notes

    def test_utf_7_hides_nothing(self, read: Read) -> None:
        page = read(mail("Content-Type: text/html; charset=utf-7", body="+ADw-script+AD4-alert(1)+ADw-/script+AD4-"))
        frame = b"".join(page.browser.get(f"{page.path}/lettre.html"))
        assert b"<script" not in frame
        assert b"+ADw-script+AD4-" in frame

    def test_iso_2022_jp_is_read_before_it_is_cleaned(self, read: Read) -> None:
        body = b"<p>a\x1b(J<script>alert(1)</script>\x1b(B</p>"
        page = read(mail("Content-Type: text/html; charset=iso-2022-jp", body=body))
        frame = b"".join(page.browser.get(f"{page.path}/lettre.html"))
        assert b"<script" not in frame
        assert b"\x1b" not in frame

    def test_every_octet_of_a_body_is_in_one_part_at_most(self, read: Read) -> None:
        raw = multipart("Content-Type: text/plain\n\nUN", "Content-Type: image/png\n\nDEUX", "Content-Type: a/b\n\n3")
        page = read(raw)
        assert sorted(page.documents.values()) == [b"3", b"DEUX"]
        found = [part.get_payload() for part in message_from_bytes(raw).walk() if not part.is_multipart()]
        assert found == ["UN", "DEUX", "3"]  # a well-formed mail is what Python's reader finds too


@pytest.mark.attack(14)
class TestUnicode:
    def test_a_bidi_override_does_not_hide_a_file_s_kind(self, read: Read) -> None:
        page = read(
            multipart(
                "Content-Type: application/octet-stream\n"
                "Content-Disposition: attachment; filename*=utf-8''compte-rendu%E2%80%AEfdp.exe\n\nMZ"
            )
        )
        assert list(page.documents) == ["compte-rendufdp.exe"]
        assert "compte-rendufdp.exe" in page.html
        disposition = page.browser.get(f"{page.path}/documents/1")["Content-Disposition"]
        assert "%E2%80%AE" not in disposition
        assert "caractères invisibles" in page.notes

    def test_a_domain_in_other_letters_is_seen_to_be_another(self, read: Read) -> None:
        page = read(mail("From: Direction <direction@сh-gap.fr>"))  # a Cyrillic с
        assert "direction@xn--h-gap-ozd.fr" in page.people or "xn--" in page.people
        assert "lettres qui en imitent d’autres" in page.notes

    def test_spaces_push_no_extension_out_of_sight(self, read: Read) -> None:
        name = f"cr.pdf{' ' * 90}.exe"
        page = read(multipart(f'Content-Type: application/octet-stream; name="{name}"\n\nMZ'))
        assert list(page.documents) == ["cr.pdf .exe"]

    def test_zero_width_characters_leave_addresses(self, read: Read) -> None:
        page = read(mail("From: <direction@ch\u200b-gap.fr>"))
        assert "direction@ch-gap.fr" in page.people
        assert "caractères invisibles" in page.notes
