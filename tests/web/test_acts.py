"""Answering everybody, passing on, taking back: the pages around these acts."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.utils import translation
from django.utils.dates import MONTHS

from sceau.cli import work
from sceau.core import clock
from sceau.envelopes import attachments, drafts, sending
from sceau.envelopes.models import Copy, Draft, Envelope
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of


@pytest.fixture
def received(claire: Member, marc: Member, chloe: Member) -> Envelope:
    """From Claire to Marc, Chloé in copy; Marc has opened it."""
    envelope = desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", b"%PDF"), cc=str(chloe.address))
    desk.open_copy(envelope, marc)
    return envelope


def seen(member: Member, envelope: Envelope) -> str:
    """The page of what this person received."""
    answer = sign_in(member).get(f"/enveloppes/{desk.copy_of(envelope, member).id}")
    return text_of(HttpResponse(b"".join(answer)))


def content_of(draft: Draft, member: Member) -> drafts.Content:
    return drafts.read(draft, keys=people.actor(member).keys)


def test_everybody_is_answered(received: Envelope, marc: Member, claire: Member, chloe: Member) -> None:
    browser, copy = sign_in(marc), desk.copy_of(received, marc)
    assert "Répondre à tous" in seen(marc, received)
    answer = browser.post(f"/enveloppes/{copy.id}/repondre-a-tous")
    draft = Draft.objects.get()
    assert answer["Location"] == f"/brouillons/{draft.id}"
    content = content_of(draft, marc)
    assert (content.to, content.cc) == (str(claire.address), str(chloe.address))
    assert content.subject == "Re : Avis"
    assert draft.reply_to == received.id


def test_where_there_is_one_recipient_everybody_is_the_sender(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    desk.open_copy(envelope, marc)
    page = seen(marc, envelope)
    assert "Répondre" in page
    assert "Répondre à tous" not in page


def test_a_letter_goes_on_with_its_documents_and_says_whose_it_was(received: Envelope, marc: Member) -> None:
    browser, copy = sign_in(marc), desk.copy_of(received, marc)
    assert "Transférer" in seen(marc, received)
    answer = browser.post(f"/enveloppes/{copy.id}/transferer")
    draft = Draft.objects.select_related("mailbox").get()
    assert answer["Location"] == f"/brouillons/{draft.id}"
    assert browser.get(answer["Location"]).status_code == 200
    content, by = content_of(draft, marc), people.actor(marc)
    assert content.subject == "Tr : Avis"
    carried = content.text.replace("\N{NO-BREAK SPACE}", " ")
    for said in ("Lettre transférée", "De : Dr Claire Vasseur <claire.vasseur@", "Objet : Avis", "Bonjour."):
        assert said in carried
    assert [document.name for document in attachments.of(draft, keys=by.keys)] == ["Écho.pdf"]


def test_what_is_closed_offers_no_act(received: Envelope, chloe: Member) -> None:
    page = seen(chloe, received)
    assert "Transférer" not in page
    assert "Répondre à tous" not in page


@pytest.mark.attack(44)
class TestWithdrawal:
    def test_the_sender_is_asked_and_what_nobody_opened_is_taken_back(
        self, received: Envelope, claire: Member, chloe: Member
    ) -> None:
        browser, own = sign_in(claire), desk.own_copy(received, people.actor(claire))
        assert "Retirer" in text_of(browser.get(f"/enveloppes/{own.id}"))
        asked = browser.get(f"/enveloppes/{own.id}/retirer")
        assert re.findall(r'name="recipient" value="(\d+)"', asked.content.decode()) == ["1"]  # Marc has opened it
        answer = browser.post(f"/enveloppes/{own.id}/retirer", {"asked": "1", "recipient": "1"})
        page = text_of(browser.get(answer["Location"]))
        assert "Enveloppe retirée chez 1 destinataire" in page
        assert "Retirée le" in page
        theirs = seen(chloe, received)
        assert "Retirée par son expéditeur le" in theirs
        assert "Avis" not in theirs
        listed = text_of(sign_in(chloe).get("/recues"))
        assert "Retirée par son expéditeur, preuves gardées" in listed
        assert "contenu détruit" not in listed
        assert "retirée chez 1 sur 2" in text_of(browser.get("/envoyees"))

    def test_too_late_is_said(self, received: Envelope, claire: Member, chloe: Member) -> None:
        browser, own = sign_in(claire), desk.own_copy(received, people.actor(claire))
        desk.open_copy(received, chloe)
        answer = browser.post(f"/enveloppes/{own.id}/retirer", {"asked": "1", "recipient": "1"})
        assert "Trop tard" in text_of(browser.get(answer["Location"]))
        assert not Copy.objects.exclude(withdrawn_at=None).exists()

    def test_nobody_ticked_is_nobody(self, received: Envelope, claire: Member) -> None:
        browser, own = sign_in(claire), desk.own_copy(received, people.actor(claire))
        browser.post(f"/enveloppes/{own.id}/retirer", {"asked": "1"})
        assert not Copy.objects.exclude(withdrawn_at=None).exists()
        assert browser.post(f"/enveloppes/{own.id}/retirer", {"asked": "1", "recipient": "x"}).status_code == 400

    def test_a_recipient_has_no_such_page(self, received: Envelope, marc: Member) -> None:
        browser, copy = sign_in(marc), desk.copy_of(received, marc)
        assert browser.get(f"/enveloppes/{copy.id}/retirer").status_code == 404
        assert browser.post(f"/enveloppes/{copy.id}/retirer").status_code == 404

    def test_what_waits_for_its_hour_is_cancelled(self, claire: Member, marc: Member) -> None:
        by, browser = people.actor(claire), sign_in(claire)
        month = (clock.now() + timedelta(days=31)).astimezone(ZoneInfo("Europe/Paris"))
        hour = month.replace(day=24, hour=8, minute=0)
        draft = desk.write(by, str(marc.address), deliver_at=f"{hour:%Y-%m-%dT%H:%M}")
        envelope = sending.seal(draft, by=by, at=clock.now())
        page = text_of(browser.get(f"/enveloppes/{envelope.id}"))
        with translation.override("fr"):
            assert f"Sera remise le 24 {MONTHS[hour.month]} {hour.year} à 08:00" in page
        assert "Annuler l’envoi" in page
        assert "Pas encore remise" in page
        asked = text_of(browser.get(f"/enveloppes/{envelope.id}/retirer"))
        assert "ses destinataires n’en sauront rien" in asked
        browser.post(f"/enveloppes/{envelope.id}/retirer")
        assert "Sera remise" not in text_of(browser.get(f"/enveloppes/{envelope.id}"))


class TestAbsence:
    FORM = {"since": "2026-01-01", "until": "2099-12-31", "text": "Je suis absente."}

    def test_it_is_switched_on_shown_and_switched_off(self, claire: Member) -> None:
        browser = sign_in(claire)
        assert "Active" not in text_of(browser.get("/compte/absence"))
        assert browser.post("/compte/absence", self.FORM).status_code == 303
        page = browser.get("/compte/absence")
        assert "Active jusqu’au 31 décembre 2099." in text_of(page)
        assert "Je suis absente." in page.content.decode()
        assert browser.post("/compte/absence", {"off": "1"}).status_code == 303
        assert "Active" not in text_of(browser.get("/compte/absence"))

    def test_days_that_are_over_are_refused_and_the_words_kept(self, claire: Member) -> None:
        browser = sign_in(claire)
        answer = browser.post("/compte/absence", {**self.FORM, "until": "2026-01-02"})
        assert answer.status_code == 422
        assert "Je suis absente." in answer.content.decode()
        assert "une fin qui soit à venir" in text_of(answer)

    def test_its_answer_says_on_its_page_that_no_hand_sealed_it(self, claire: Member, marc: Member) -> None:
        sign_in(claire).post("/compte/absence", self.FORM)
        desk.send(people.actor(marc), str(claire.address))
        work.work_once()
        answer = Envelope.objects.get(automatic=True)
        page = seen(marc, answer)
        assert "Réponse automatique, scellée par Sceau au nom de Dr Claire Vasseur" in page
