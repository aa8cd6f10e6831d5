"""Writing in a browser: everything typed is kept, whatever happens."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from sceau import blobs
from sceau.core import clock, ids
from sceau.core.errors import ClockBehind, Error, Refused, StorageFull
from sceau.core.values import Address
from sceau.demo.cast import MARC
from sceau.envelopes import attachments, drafts, lookups, rules
from sceau.envelopes.models import Draft, Envelope
from sceau.evidence import integrator
from sceau.ui import errors
from sceau.vault.models import Session
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire)


@pytest.fixture
def draft(claire: Member) -> Draft:
    return desk.write(people.actor(claire), "")


def form(draft: Draft, **fields: object) -> dict[str, Any]:
    empty = {"revision": draft.revision, "to": "", "cc": "", "subject": "Avis", "body": "Bonjour.", "label": ""}
    return {**empty, "expires_on": "", **fields}


def url(draft: Draft, act: str = "") -> str:
    return f"/brouillons/{draft.id}" + (f"/{act}" if act else "")


def saved(draft: Draft, member: Member) -> drafts.Content:
    return drafts.read(Draft.objects.get(id=draft.id), keys=people.actor(member).keys)


def file(name: str = "Écho.pdf", octets: bytes = b"%PDF" * 5000) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, octets, "application/pdf")


def said(error: Error) -> str:
    return " ".join(errors.sentence(error).split())


def lock() -> None:
    Session.objects.update(state=Session.State.LOCKED, wrapped_key=None)


# Beginning


def test_a_new_envelope_is_a_draft_of_its_own(browser: Client) -> None:
    places = {browser.get("/rediger")["Location"] for _ in range(2)}
    assert len(places) == 2
    assert browser.get(places.pop()).status_code == 200
    assert "Aucun brouillon" in text_of(browser.get("/brouillons"))  # nobody wrote in them yet


def test_an_account_that_is_not_validated_is_told_why_it_cannot_begin(lea: Member) -> None:
    answer = sign_in(lea).get("/rediger")
    assert answer.status_code == 403
    assert said(rules.NotEntitled()) in text_of(answer)
    assert not Draft.objects.exists()


def test_a_reply_goes_to_the_sender_and_says_so(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    copy, marc_s = desk.copy_of(envelope, marc), sign_in(marc)
    assert marc_s.post(f"/enveloppes/{copy.id}/repondre").status_code == 403  # not opened yet
    desk.open_copy(envelope, marc)
    page = marc_s.get(marc_s.post(f"/enveloppes/{copy.id}/repondre")["Location"])
    draft = Draft.objects.get()
    assert draft.reply_to == envelope.id
    assert saved(draft, marc) == drafts.Content(to=str(claire.address), subject="Re : Avis")
    assert "Réponse à Dr Claire Vasseur, « Avis »" in text_of(page)


def test_nobody_answers_himself(claire: Member, marc: Member, browser: Client) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    own = desk.own_copy(envelope, people.actor(claire))
    assert browser.post(f"/enveloppes/{own.id}/repondre").status_code == 404


# Saving


def test_saving_leads_back_to_the_draft(browser: Client, draft: Draft, claire: Member) -> None:
    answer = browser.post(url(draft, "enregistrer"), form(draft, to=["marc@", "zoe@exemple.fr"], body="a\r\nb"))
    assert (answer.status_code, answer["Location"]) == (303, url(draft))
    assert saved(draft, claire).to == "marc@\nzoe@exemple.fr"
    assert saved(draft, claire).text == "a\nb"
    page = browser.get(url(draft)).content.decode()
    assert 'value="marc@"' in page  # not an address: kept as typed
    assert "zoe@exemple.fr" in page


def test_the_script_that_saves_learns_what_will_happen(browser: Client, draft: Draft, marc: Member) -> None:
    answer = browser.post(url(draft, "enregistrer"), form(draft, to=f"{marc.address}, x@ailleurs.fr"), headers=JSON)
    told = answer.json()
    assert told["revision"] == 2
    assert re.fullmatch(r"Brouillon enregistré à \d\d:\d\d", told["saved"])
    assert "Dr Marc Benali" in told["plan"]
    assert "x@ailleurs.fr" in told["plan"].partition('class="refused"')[2]


def test_saving_nothing_new_writes_nothing(browser: Client, draft: Draft) -> None:
    for _ in range(3):
        assert browser.post(url(draft, "enregistrer"), form(draft)).status_code == 303
    assert Draft.objects.get().revision == 1


def test_two_tabs_on_one_draft_show_both_versions(browser: Client, draft: Draft, claire: Member) -> None:
    stale = form(draft, body="second onglet")
    browser.post(url(draft, "enregistrer"), form(draft, body="premier onglet"))
    answer = browser.post(url(draft, "enregistrer"), stale)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "second onglet</textarea>" in page
    assert "premier onglet" in page
    assert 'name="revision" value="2"' in page
    assert saved(draft, claire).text == "premier onglet"
    answer = browser.post(url(draft, "enregistrer"), {**stale, "revision": 2})  # « Enregistrez pour garder la vôtre »
    assert answer.status_code == 303
    assert saved(draft, claire).text == "second onglet"


def test_a_script_learns_that_another_tab_saved(browser: Client, draft: Draft) -> None:
    browser.post(url(draft, "enregistrer"), form(draft, body="premier"))
    answer = browser.post(url(draft, "enregistrer"), form(draft, body="second"), headers=JSON)
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale"


def test_the_same_words_sent_twice_are_no_conflict(browser: Client, draft: Draft) -> None:
    """The first answer was lost on the way; the script, or an impatient finger, sends again."""
    for _ in range(2):
        answer = browser.post(url(draft, "enregistrer"), form(draft, body="une fois"), headers=JSON)
        assert answer.json()["revision"] == 2


def test_a_revision_that_is_no_number_is_refused(browser: Client, draft: Draft) -> None:
    for revision in ("-1", "x", "²", "9" * 20):
        assert browser.post(url(draft, "enregistrer"), form(draft, revision=revision)).status_code == 400


# Locked or signed out


def test_a_locked_session_still_keeps_what_is_typed(browser: Client, draft: Draft, claire: Member) -> None:
    lock()
    answer = browser.post(url(draft, "enregistrer"), form(draft, body="au verrou"))
    assert answer.status_code == 303
    assert answer["Location"] == f"/verrou?{urlencode({'next': url(draft)})}"
    assert saved(draft, claire).text == "au verrou"


def test_a_locked_session_s_script_is_told_so_after_saving(browser: Client, draft: Draft, claire: Member) -> None:
    lock()
    answer = browser.post(url(draft, "enregistrer"), form(draft, body="au verrou"), headers=JSON)
    assert answer.status_code == 423
    assert answer.json()["revision"] == 2
    assert saved(draft, claire).text == "au verrou"


def test_sealing_in_a_locked_session_saves_and_asks_to_unlock(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    lock()
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address)))
    assert answer.status_code == 303
    assert "/verrou" in answer["Location"]
    assert not Envelope.objects.exists()
    assert saved(draft, claire).to == str(marc.address)


def test_a_locked_session_never_sees_the_other_version(browser: Client, draft: Draft) -> None:
    browser.post(url(draft, "enregistrer"), form(draft, body="premier onglet"))
    lock()
    answer = browser.post(url(draft, "enregistrer"), form(draft, body="second onglet"))
    assert answer.status_code == 409
    assert "second onglet" in answer.content.decode()
    assert "premier onglet" not in answer.content.decode()


@pytest.mark.parametrize("act", ["enregistrer", "sceller", "joindre"])
def test_without_a_session_what_was_typed_comes_back(draft: Draft, act: str) -> None:
    fields = form(draft, body="tapé au moment où la session finit", file=file() if act == "joindre" else "")
    answer = Client().post(url(draft, act), fields)
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "tapé au moment où la session finit" in page
    assert "/connexion" in page
    assert f'action="{url(draft, "enregistrer")}"' in page


@pytest.mark.parametrize("act", ["enregistrer", "sceller", "joindre"])
@pytest.mark.attack(28)
def test_an_absent_draft_and_somebody_else_s_look_the_same(draft: Draft, act: str, chloe: Member) -> None:
    chloe_s, answers = sign_in(chloe), []
    absent = Draft(id=ids.new())
    for target in (draft, absent):
        answer = chloe_s.post(url(target, act), form(draft, body="à moi"))
        answers.append((answer.status_code, answer.content.decode().replace(str(target.id), "ID")))
    strip = [(status, re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)) for status, page in answers]
    assert strip[0] == strip[1]
    assert strip[0][0] == 404
    assert "à moi" in strip[0][1]


def test_what_was_typed_into_a_draft_that_is_gone_goes_on_in_a_new_one(
    browser: Client, draft: Draft, claire: Member
) -> None:
    browser.post(url(draft, "jeter?oui"))
    answer = browser.post(url(draft, "enregistrer"), form(draft, body="pas perdu"))
    assert answer.status_code == 404
    assert 'action="/rediger"' in answer.content.decode()
    browser.post("/rediger", form(draft, body="pas perdu"))
    assert saved(Draft.objects.get(), claire).text == "pas perdu"


# Documents


def test_documents_come_with_the_text(browser: Client, draft: Draft, claire: Member) -> None:
    answer = browser.post(url(draft, "joindre"), {**form(draft, body="avec"), "file": [file("a.pdf"), file("b.pdf")]})
    assert (answer.status_code, answer["Location"]) == (303, url(draft))
    assert saved(draft, claire).text == "avec"
    found = attachments.of(draft, keys=people.actor(claire).keys)
    assert [(document.name, document.size) for document in found] == [("a.pdf", 20_000), ("b.pdf", 20_000)]


def test_a_script_attaches_one_document_and_gets_the_list(browser: Client, draft: Draft, claire: Member) -> None:
    answer = browser.post(url(draft, "joindre"), {"file": file()}, headers={"Accept": "application/json, text/html"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert "Écho.pdf" in answer.content.decode()
    assert saved(draft, claire).text == "Bonjour."  # no text came: none was changed


def test_a_document_that_is_too_large_is_refused_and_the_text_kept(
    browser: Client, draft: Draft, claire: Member, settings: Settings
) -> None:
    desk.attach(draft, "avant.pdf", b"x" * 100)
    settings.SCEAU_MESSAGE_LIMIT = 50_000
    answer = browser.post(url(draft, "joindre"), {**form(draft, body="gardé"), "file": file("trop.pdf", b"x" * 60_000)})
    assert answer.status_code == 413
    assert "50 Ko au plus" in text_of(answer)
    assert "gardé</textarea>" in answer.content.decode()
    assert [document.name for document in attachments.of(draft, keys=people.actor(claire).keys)] == ["avant.pdf"]
    assert len(list(blobs.store().names("blobs/"))) == 1


def test_a_script_is_told_that_a_document_is_too_large(browser: Client, draft: Draft, settings: Settings) -> None:
    settings.SCEAU_MESSAGE_LIMIT = 50_000
    answer = browser.post(url(draft, "joindre"), {"file": file("trop.pdf", b"x" * 60_000)}, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["code"] == "document-too-large"


def test_a_locked_session_keeps_the_document_that_was_under_way(browser: Client, draft: Draft, claire: Member) -> None:
    lock()
    answer = browser.post(url(draft, "joindre"), {"file": file()}, headers=JSON)
    assert answer.status_code == 423
    assert len(attachments.of(draft, keys=people.actor(claire).keys)) == 1


def test_a_document_is_taken_off_with_the_text_kept(browser: Client, draft: Draft, claire: Member) -> None:
    upload = desk.attach(draft, "a.pdf", b"1")
    for _ in range(2):  # a doubled press
        answer = browser.post(url(draft, f"retirer/{upload.id}"), form(draft, body="gardé"))
        assert (answer.status_code, answer["Location"]) == (303, url(draft))
        draft.revision = 2
    assert not draft.uploads.exists()
    assert saved(draft, claire).text == "gardé"


@pytest.mark.attack(28)
def test_nobody_takes_a_document_off_somebody_else_s_draft(draft: Draft, chloe: Member) -> None:
    upload, own = desk.attach(draft, "a.pdf", b"1"), desk.write(people.actor(chloe), "")
    chloe_s = sign_in(chloe)
    assert chloe_s.post(url(draft, f"retirer/{upload.id}")).status_code == 404
    chloe_s.post(url(own, f"retirer/{upload.id}"))
    assert draft.uploads.exists()


# Sealing


def test_sealing_leads_to_the_envelope(browser: Client, draft: Draft, marc: Member) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), body="à sceller"))
    assert answer.status_code == 303
    page = browser.get(answer["Location"])
    assert "Enveloppe scellée" in text_of(page)
    assert "à sceller" in text_of(page)


def test_a_doubled_submit_leads_to_the_same_envelope(browser: Client, draft: Draft, marc: Member) -> None:
    fields = form(draft, to=str(marc.address))
    places = {browser.post(url(draft, "sceller"), fields)["Location"] for _ in range(3)}
    assert len(places) == 1
    assert Envelope.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({}, rules.NoRecipient()),
        ({"to": "marc@@"}, rules.MalformedRecipient(("marc@@",))),
        ({"to": "x@ailleurs.fr"}, rules.UnknownRecipient((Address("x", "ailleurs.fr"),))),
        ({"to": ",".join(f"x{number}@ailleurs.fr" for number in range(200))}, rules.TooManyRecipients(100)),
        ({"to": MARC.email, "subject": "x" * 251}, rules.TooLong(250)),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(
    browser: Client, draft: Draft, claire: Member, marc: Member, fields: dict[str, str], refusal: Refused
) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, body="pas perdu", **fields))
    assert answer.status_code == 422
    assert said(refusal) in text_of(answer)
    assert "pas perdu</textarea>" in answer.content.decode()
    assert saved(draft, claire).text == "pas perdu"
    assert not Envelope.objects.exists()


@pytest.mark.usefixtures("early")
def test_a_day_that_is_past_is_refused_with_those_that_are_left(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    today = clock.now().astimezone(ZoneInfo("Europe/Paris")).date()
    refusal = rules.BadExpiry(today, today + timedelta(days=91))
    test_a_refusal_says_why_and_keeps_what_was_typed(
        browser, draft, claire, marc, {"to": MARC.email, "expires_on": "2020-01-01"}, refusal
    )


def test_a_recipient_without_account_is_told_in_short_beside_the_form(browser: Client, draft: Draft) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, to="x@ailleurs.fr"))
    (line,) = answer.context["forecast"].recipients
    assert (line.name, line.refused) == ("x@ailleurs.fr", True)
    assert len(line.text) < 70
    assert text_of(answer).count("Votre brouillon est gardé") == 1


@pytest.mark.usefixtures("early")
def test_who_tried_too_many_addresses_is_asked_and_told_the_same_of_each(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    tried = [Address(f"essai{number}", "ailleurs.fr") for number in range(lookups.UNKNOWN_A_DAY + 1)]
    with pytest.raises(lookups.Unchecked):
        lookups.find(tried, by=people.actor(claire), at=clock.now())
    asked = []
    for to in (str(marc.address), "x@ailleurs.fr"):
        answer = browser.post(url(draft, "sceller"), form(draft, to=to, subject="Né le 12/03/1956", body="gardé"))
        (line,) = answer.context["forecast"].recipients
        asked.append((answer.status_code, len(answer.context["doubts"]), line.text, line.refused))
        draft.refresh_from_db()
    assert asked[0] == asked[1]
    assert asked[0][1] == 1
    assert "Ne peut pas être vérifié" in asked[0][2]
    answer = browser.post(url(draft, "sceller"), form(draft, to="x@ailleurs.fr", body="gardé"))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "dise laquelle" in text_of(answer)
    assert "gardé</textarea>" in answer.content.decode()
    draft.refresh_from_db()
    assert browser.post(url(draft, "sceller"), form(draft, to=str(marc.address))).status_code == 303


def test_a_lock_leads_back_to_the_draft_from_any_answer(browser: Client, draft: Draft) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, to=""))
    assert f'name="next" value="/brouillons/{draft.id}"' in answer.content.decode()
    lock()
    refused = browser.post(url(draft, "jeter"), headers={"Referer": f"http://testserver{url(draft, 'sceller')}"})
    assert refused.status_code == 423
    assert f'href="/verrou?next=%2Fbrouillons%2F{draft.id}"' in refused.content.decode()


def test_an_account_that_is_not_validated_keeps_its_draft(lea: Member, marc: Member) -> None:
    draft = desk.write(people.actor(lea), "")
    answer = sign_in(lea).post(url(draft, "sceller"), form(draft, to=str(marc.address), body="pas perdu"))
    assert answer.status_code == 403
    assert said(rules.NotEntitled()) in text_of(answer)
    assert "pas perdu</textarea>" in answer.content.decode()


def test_a_document_that_was_chosen_but_not_attached_is_not_forgotten(
    browser: Client, draft: Draft, marc: Member
) -> None:
    """Without script, the button that seals sends the name of the chosen file, not its content."""
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), file="Ordonnance.pdf"))
    assert answer.status_code == 422
    assert "appuyez sur « Joindre »" in text_of(answer)
    assert not Envelope.objects.exists()


def test_sealing_with_another_tab_s_version_in_the_way_shows_both(browser: Client, draft: Draft, marc: Member) -> None:
    browser.post(url(draft, "enregistrer"), form(draft, body="premier onglet"))
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), body="second onglet"))
    assert answer.status_code == 409
    assert not Envelope.objects.exists()


# Discarding


def test_discarding_asks_first(browser: Client, draft: Draft) -> None:
    answer = browser.post(url(draft, "jeter"))
    assert "Jeter ce brouillon ?" in text_of(answer)
    assert Draft.objects.exists()
    assert browser.post(url(draft, "jeter?oui"))["Location"] == "/brouillons"
    assert not Draft.objects.exists()


def test_an_empty_draft_goes_at_once(browser: Client) -> None:
    place = browser.get("/rediger")["Location"]
    assert browser.post(f"{place}/jeter").status_code == 303
    assert not Draft.objects.exists()


# Forms from elsewhere


@pytest.mark.attack(29)
@pytest.mark.parametrize("act", ["enregistrer", "joindre", "sceller", "jeter?oui"])
def test_a_form_from_elsewhere_changes_nothing(claire: Member, marc: Member, draft: Draft, act: str) -> None:
    browser = sign_in(claire, Client(enforce_csrf_checks=False))
    browser.handler.enforce_csrf_checks = True
    fields = form(draft, to=str(marc.address), body="forgé", file=file() if act == "joindre" else "")
    for headers in ({}, {"Origin": "https://ailleurs.example"}):
        assert browser.post(url(draft, act), fields, headers=headers).status_code == 403
    assert saved(draft, claire).text == "Bonjour."
    assert not draft.uploads.exists()
    assert not list(blobs.store().names("blobs/"))
    assert not Envelope.objects.exists()


@pytest.mark.attack(29)
@pytest.mark.parametrize("way", ["field", "header"])
def test_the_token_of_the_page_lets_documents_in(claire: Member, draft: Draft, way: str) -> None:
    browser = sign_in(claire)
    page = browser.get(url(draft)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    browser.handler.enforce_csrf_checks = True
    field = {"csrfmiddlewaretoken": token[1]} if way == "field" else {}
    headers = {"X-CSRFToken": token[1]} if way == "header" else {}
    assert browser.post(url(draft, "joindre"), {**field, "file": file()}, headers=headers).status_code == 303
    assert draft.uploads.count() == 1


def test_the_sweep_of_yesterday_s_empty_drafts_leaves_written_ones(browser: Client, draft: Draft) -> None:
    browser.get("/rediger")
    assert drafts.purge(at=clock.now() + timedelta(days=2)) == 1
    assert Draft.objects.get() == draft


@pytest.mark.parametrize("act", ["enregistrer", "sceller"])
def test_a_database_that_is_locked_gives_back_what_was_typed(
    browser: Client, draft: Draft, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(drafts, "save", locked)
    answer = browser.post(url(draft, act), form(draft, body="pas perdu"))
    assert answer.status_code == 503
    assert "pas perdu" in answer.content.decode()
    assert f'action="{url(draft, "enregistrer")}"' in answer.content.decode()


def test_a_clock_that_stands_back_seals_nothing_and_loses_nothing(
    browser: Client, draft: Draft, claire: Member, marc: Member
) -> None:
    integrator.step(at=clock.now() + timedelta(minutes=10))
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), body="pas perdu"))
    assert answer.status_code == 503
    assert said(ClockBehind()) in text_of(answer)
    assert "pas perdu</textarea>" in answer.content.decode()
    assert saved(draft, claire).text == "pas perdu"


@pytest.mark.attack(38)
def test_a_full_disk_seals_nothing_and_loses_nothing(
    browser: Client, draft: Draft, claire: Member, marc: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFull

    monkeypatch.setattr(type(blobs.store()), "put", full)
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), body="pas perdu"))
    assert answer.status_code == 503
    assert said(StorageFull()) in text_of(answer)
    assert saved(draft, claire).text == "pas perdu"
    assert not Envelope.objects.exists()
