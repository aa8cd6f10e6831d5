"""« Importer des courriels », from the form to the letter's page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock
from sceau.envelopes import filing, importing
from sceau.envelopes.models import Copy, Draft, Envelope
from sceau.evidence.models import Evidence
from tests.envelopes.mails import mail, multipart
from tests.people import Member, actor, sign_in, text_of

pytestmark = pytest.mark.django_db
LINE = b"From marc@x.example Fri Nov 20 10:00:00 2026\n"


def bring(browser: Client, *files: tuple[str, bytes], folder: str = "") -> str:
    given = [SimpleUploadedFile(name, octets) for name, octets in files]
    return text_of(browser.post("/importer", {"folder": folder, "files": given}))


def stored() -> int:
    return sum(1 for _ in blobs.store().names("blobs/"))


def test_mails_and_mailboxes_are_imported_together(claire: Member) -> None:
    browser, before = sign_in(claire), Evidence.objects.count()
    box = LINE + mail("Subject: Deux") + b"\n" + LINE + mail("Subject: Trois")
    said = bring(browser, ("un.eml", mail("Subject: Un")), ("dossier.mbox", box))
    assert "3 courriels importés" in said
    for subject in ("Un", "Deux", "Trois"):
        assert subject in said
    assert Copy.objects.filter(mailbox=claire.mailbox, role=Copy.Role.KEPT).count() == stored() == 3
    assert Evidence.objects.count() == before
    assert "Trois" in text_of(browser.get("/recues"))


def test_the_same_again_doubles_nothing(claire: Member) -> None:
    browser = sign_in(claire)
    bring(browser, ("un.eml", mail("Subject: Un")))
    said = bring(browser, ("un.eml", mail("Subject: Un")), ("deux.eml", mail("Subject: Deux")))
    assert "1 courriel importé" in said
    assert "1 était déjà là" in said
    assert Envelope.objects.count() == stored() == 2


def test_what_is_refused_says_why_and_holds_back_nothing(claire: Member, settings: Settings) -> None:
    settings.SCEAU_MESSAGE_LIMIT = 2000
    browser = sign_in(claire)
    box = LINE + mail(body=b"x" * 3000) + b"\n\n" + LINE + mail("Subject: Petit")
    said = bring(browser, ("vide.eml", b""), ("boite.mbox", box))
    assert "1 courriel importé" in said
    assert "2 refusés" in said
    assert "Ce courriel dépasse" in said
    assert stored() == 1


def test_a_file_that_is_no_mail_is_refused(claire: Member) -> None:
    said = bring(sign_in(claire), ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"), ("cr.pdf", b"%PDF-1.7\n..."))
    assert "2 refusés" in said
    assert stored() == 0


def test_they_go_into_the_chosen_folder(claire: Member, marc: Member) -> None:
    browser = sign_in(claire)
    folder = filing.create("Archives", by=actor(claire), at=clock.now())
    bring(browser, ("un.eml", mail("Subject: Un")), folder=str(folder.id))
    assert Copy.objects.get(role=Copy.Role.KEPT).filed_in_id == folder.id
    foreign = filing.create("Ailleurs", by=actor(marc), at=clock.now())
    for other in (str(foreign.id), "x"):
        given = {"folder": other, "files": SimpleUploadedFile("a.eml", mail("Subject: Deux"))}
        assert browser.post("/importer", given).status_code == 404
    assert stored() == 1


def test_no_file_is_said(claire: Member) -> None:
    answer = sign_in(claire).post("/importer", {"folder": ""})
    assert answer.status_code == 422
    assert "Choisissez au moins un fichier" in text_of(answer)


def test_more_than_the_limit_is_said(claire: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST", 2)
    box = b"".join(LINE + mail(f"Subject: n{number}") + b"\n" for number in range(4))
    said = bring(sign_in(claire), ("a.mbox", box))
    assert "2 courriels importés" in said
    assert "1 refusé" in said


def test_without_the_token_nothing_is_kept(claire: Member) -> None:
    browser = sign_in(claire, Client(enforce_csrf_checks=False))
    browser.handler.enforce_csrf_checks = True
    answer = browser.post("/importer", {"files": SimpleUploadedFile("a.eml", mail())})
    assert answer.status_code == 403
    assert stored() == 0
    assert not Envelope.objects.exists()


class TestItsPage:
    @pytest.fixture
    def page(self, claire: Member) -> tuple[Client, str]:
        browser = sign_in(claire)
        raw = multipart(
            "Content-Type: text/html\n\n<p>Bonjour<script>alert(1)</script>",
            "Content-Type: application/pdf; name=cr.pdf\n\n%PDF",
        )
        bring(browser, ("un.eml", raw.replace(b"Content-Type", b"Subject: Bilan\r\nContent-Type", 1)))
        return browser, f"/enveloppes/{Copy.objects.get(role=Copy.Role.KEPT).id}"

    def test_it_claims_neither_seal_nor_proof_nor_sender(self, page: tuple[Client, str], claire: Member) -> None:
        browser, path = page
        answer = browser.get(path)
        said = text_of(answer)
        assert "Importée" in said
        assert "expéditeur non vérifié" in said
        assert "marc@ailleurs.example" in said.replace(" ", "")
        assert "Aucune preuve : ce courriel a été importé le" in said
        assert claire.person.name in said
        assert "Télécharger la preuve" not in said
        reading = answer.content.decode().partition('<article class="letter imported">')[2].partition("</article>")[0]
        assert reading
        assert "wax-mark" not in reading
        assert "Sceau intact" not in reading

    def test_there_is_no_receipt(self, page: tuple[Client, str]) -> None:
        browser, path = page
        for form in ("preuve.pdf", "preuve.json", "preuves.zip"):
            answer = browser.get(f"{path}/{form}")
            assert answer.status_code == 409
            assert "Aucune preuve pour ce courriel" in text_of(answer)

    def test_it_is_answered_at_the_address_written_in_it(self, page: tuple[Client, str]) -> None:
        browser, path = page
        answer = browser.post(f"{path}/repondre")
        assert answer.status_code == 303
        assert Draft.objects.get().reply_to is not None
        assert "marc@ailleurs.example" in browser.get(answer["Location"]).content.decode()

    def test_it_is_forwarded_with_its_documents(self, page: tuple[Client, str], claire: Member) -> None:
        browser, path = page
        answer = browser.post(f"{path}/transferer")
        assert answer.status_code == 303
        draft = browser.get(answer["Location"]).content.decode()
        assert "cr.pdf" in draft
        assert "Bonjour" in draft
        assert "alert(1)" not in draft

    def test_nobody_else_finds_it(self, page: tuple[Client, str], marc: Member) -> None:
        _, path = page
        other = sign_in(marc)
        for place in ("", "/message.eml", "/documents/1", "/lettre.html"):
            assert other.get(f"{path}{place}").status_code == 404

    def test_it_is_trashed_restored_and_destroyed(self, page: tuple[Client, str]) -> None:
        browser, path = page
        before = Evidence.objects.count()
        assert browser.post(f"{path}/jeter").status_code == 303
        assert browser.post(f"{path}/restaurer").status_code == 303
        assert browser.post(f"{path}/detruire").status_code == 303
        said = text_of(browser.get(path))
        assert "Le contenu de ce courriel importé est détruit" in said
        assert "Les preuves restent" not in said
        assert Evidence.objects.count() == before
        assert stored() == 1  # until the job runs
