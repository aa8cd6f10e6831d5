"""The letter itself: its formatting, templates and signature, what is doubtful in it, when and how it leaves."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import Settings

from sceau.core import clock
from sceau.demo.cast import MARC
from sceau.envelopes import drafts, pieces, snippets
from sceau.envelopes.models import Draft, Envelope
from sceau.web import drafting
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

HTML = "<div>Bonjour <b>à vous</b></div><ul><li>un</li></ul>"
PLAIN = "Bonjour à vous\n\n- un"


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire)


@pytest.fixture
def draft(claire: Member) -> Draft:
    return desk.write(people.actor(claire), "")


def form(draft: Draft, **fields: object) -> dict[str, Any]:
    return {"revision": draft.revision, "to": "", "subject": "Avis", "body": "Bonjour.", **fields}


def url(draft: Draft, act: str = "") -> str:
    return f"/brouillons/{draft.id}" + (f"/{act}" if act else "")


def saved(draft: Draft, member: Member) -> drafts.Content:
    return drafts.read(Draft.objects.get(id=draft.id), keys=people.actor(member).keys)


# Formatting


def test_formatting_is_kept_with_the_text_it_says(browser: Client, draft: Draft, claire: Member) -> None:
    browser.post(url(draft, "enregistrer"), form(draft, html=HTML, body="ce que le script en a fait"))
    content = saved(draft, claire)
    assert (content.html, content.text) == (HTML, PLAIN)
    assert "Bonjour &lt;b&gt;à vous" in browser.get(url(draft)).content.decode()


@pytest.mark.attack(17)
def test_only_what_a_letter_needs_is_kept_of_what_a_browser_sends(
    browser: Client, draft: Draft, claire: Member
) -> None:
    wild = '<p style="x" onclick="x()">a<script>x</script><img src=x onerror=x><a href="javascript:x">b</a></p>'
    browser.post(url(draft, "enregistrer"), form(draft, html=wild))
    html = saved(draft, claire).html
    assert "a" in html
    assert not re.search("style|onclick|script|img|onerror", html)


def test_without_scripts_formatting_stays_while_the_text_does(browser: Client, draft: Draft, claire: Member) -> None:
    browser.post(url(draft, "enregistrer"), form(draft, html=HTML))
    unchanged = form(draft, revision=2, subject="Autre objet", html=HTML, body=PLAIN, html_of=drafting.digest(PLAIN))
    browser.post(url(draft, "enregistrer"), unchanged)
    assert saved(draft, claire).html == HTML
    browser.post(url(draft, "enregistrer"), {**unchanged, "revision": 3, "body": "Récrit."})
    assert (saved(draft, claire).html, saved(draft, claire).text) == ("", "Récrit.")


def test_a_session_that_ends_gives_the_formatting_back(draft: Draft) -> None:
    answer = Client().post(url(draft, "enregistrer"), form(draft, html=HTML, deliver_at="2026-12-01T08:00"))
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "&lt;b&gt;à vous&lt;/b&gt;" in page
    assert f'name="html_of" value="{drafting.digest(PLAIN)}"' in page
    assert 'value="2026-12-01T08:00"' in page


# One's own words


def test_a_new_letter_and_an_answer_end_with_the_signature(claire: Member, marc: Member) -> None:
    by = people.actor(marc)
    snippets.sign("Dr Marc Benali\nCardiologie", by=by, at=clock.now())
    browser = sign_in(marc)
    place = browser.get("/rediger")["Location"]
    assert "\n\n\nDr Marc Benali\nCardiologie</textarea>" in browser.get(place).content.decode()
    assert "Aucun brouillon" in text_of(browser.get("/brouillons"))  # nobody wrote in it yet
    envelope = desk.send(people.actor(claire), str(marc.address))
    desk.open_copy(envelope, marc)
    answer = browser.post(f"/enveloppes/{desk.copy_of(envelope, marc).id}/repondre")["Location"]
    assert drafts.read(Draft.objects.get(reply_to=envelope.id), keys=by.keys).text.endswith("Cardiologie")
    page = text_of(browser.get(answer))
    assert "Réponse à Dr Claire Vasseur, « Avis »" in page
    assert "Bonjour." in page  # the letter that is answered, to be read beside


def test_a_template_goes_above_the_signature(browser: Client, draft: Draft, claire: Member) -> None:
    by = people.actor(claire)
    snippets.sign("Dr Vasseur", by=by, at=clock.now())
    template = snippets.add("Avis", "Merci de votre avis.", by=by, at=clock.now())
    written = form(draft, body="Cher confrère,\n\nDr Vasseur", template=str(template.id))
    assert browser.post(url(draft, "modele"), written).status_code == 303
    assert saved(draft, claire).text == "Cher confrère,\n\nMerci de votre avis.\n\nDr Vasseur"
    told = browser.post(url(draft, "modele"), {"template": str(template.id)}, headers={"Accept": "application/json"})
    assert told.json() == {"text": "Merci de votre avis."}


@pytest.mark.parametrize("template", ["", "x", "00000000-0000-7000-8000-000000000000"])
def test_a_template_that_is_not_there_loses_no_text(browser: Client, draft: Draft, template: str) -> None:
    answer = browser.post(url(draft, "modele"), form(draft, body="précieux", template=template))
    assert answer.status_code == 404
    assert "précieux" in answer.content.decode()


# Before sealing


def token(page: str) -> str:
    found = re.search(r'name="confirmed" value="([^"]+)"', page)
    assert found
    return found[1]


def test_what_is_doubtful_is_asked_once_and_never_forbidden(browser: Client, draft: Draft, marc: Member) -> None:
    fields = form(draft, to=str(marc.address), body="Voir ci-joint.", subject="Né le 12/03/1956")
    asked = browser.post(url(draft, "sceller"), fields)
    assert asked.status_code == 200
    assert "date de naissance : « 12/03/1956 »" in text_of(asked)
    assert "« ci-joint », et aucun document" in text_of(asked)
    assert not Envelope.objects.exists()
    fields |= {"revision": 2, "confirmed": token(asked.content.decode())}
    assert browser.post(url(draft, "sceller"), fields).status_code == 303
    assert Envelope.objects.exists()


def test_what_is_refused_is_said_before_anything_is_asked(browser: Client, draft: Draft, marc: Member) -> None:
    """Nobody confirms a doubt to hear afterwards that the address was wrong."""
    answer = browser.post(url(draft, "sceller"), form(draft, to=f"{marc.address}, nulle-part", body="Voir ci-joint."))
    assert answer.status_code == 422
    assert "« nulle-part » n’est pas une adresse" in text_of(answer)
    assert "À regarder avant de sceller" not in text_of(answer)


def test_another_doubt_is_asked_again(browser: Client, draft: Draft, marc: Member) -> None:
    fields = form(draft, to=str(marc.address), body="Voir ci-joint.")
    confirmed = token(browser.post(url(draft, "sceller"), fields).content.decode())
    asked = browser.post(
        url(draft, "sceller"), {**fields, "subject": "DDN 12/03/1956", "revision": 2, "confirmed": confirmed}
    )
    assert asked.status_code == 200
    assert not Envelope.objects.exists()


def test_a_letter_without_doubt_is_sealed_whatever_was_confirmed(browser: Client, draft: Draft, marc: Member) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), confirmed="d’avant"))
    assert answer.status_code == 303
    assert Envelope.objects.exists()


def test_a_name_like_a_frequent_one_is_pointed_out(claire: Member, marc: Member, draft: Draft) -> None:
    by = people.actor(claire)
    desk.send(by, str(marc.address))
    twin = people.join(replace(MARC, email="marc.benalli@ch-ecrins.example", rpps=None))
    answer = sign_in(claire).post(url(draft, "sceller"), form(draft, to=str(twin.address)))
    assert "Vous n’avez jamais écrit à marc.benalli@ch-ecrins.example" in text_of(answer)
    assert "marc.benali@ch-ecrins.example" in text_of(answer)


# What will happen


def test_documents_above_the_limit_are_said_to_leave_in_several_envelopes(
    browser: Client, draft: Draft, settings: Settings
) -> None:
    settings.SCEAU_MESSAGE_LIMIT = 1_000
    for name, size in (("a.pdf", 700), ("b.pdf", 200), ("c.pdf", 600)):
        desk.attach(draft, name, b"x" * size)
    page = text_of(browser.get(url(draft)))
    assert "il en partira 2, numérotées" in page
    assert "1 sur 2 : a.pdf, b.pdf" in page
    assert "2 sur 2 : c.pdf" in page


def test_a_letter_for_tomorrow_says_when_it_will_be_there(browser: Client, draft: Draft, marc: Member) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).astimezone(ZoneInfo("Europe/Paris")).replace(hour=8, minute=0)
    fields = form(draft, to=str(marc.address), deliver_at=f"{tomorrow:%Y-%m-%dT%H:%M}")
    told = browser.post(url(draft, "enregistrer"), fields, headers={"Accept": "application/json"}).json()
    assert "à 08:00" in told["plan"]
    assert told["people"] == {str(marc.address): {"name": marc.mailbox.name, "kind": "Sceau", "refused": False}}
    place = browser.post(url(draft, "sceller"), {**fields, "revision": 2})["Location"]
    assert "Elle sera remise à l’heure choisie" in text_of(browser.get(place))


def test_a_time_that_is_past_is_refused_at_its_field(browser: Client, draft: Draft, marc: Member) -> None:
    answer = browser.post(url(draft, "sceller"), form(draft, to=str(marc.address), deliver_at="2020-01-01T08:00"))
    assert answer.status_code == 422
    assert answer.context["field_errors"].keys() == {"deliver_at"}


def test_the_patient_s_word_is_asked_only_where_it_is_wanted(
    browser: Client, draft: Draft, claire: Member, settings: Settings
) -> None:
    settings.SCEAU_PATIENT_LINE = False
    assert "le patient est informé" not in text_of(browser.get(url(draft)))
    settings.SCEAU_PATIENT_LINE = True
    assert "le patient est informé" in text_of(browser.get(url(draft)))
    browser.post(url(draft, "enregistrer"), form(draft, patient="informed", patient_on="2026-01-02"))
    assert (saved(draft, claire).patient, saved(draft, claire).patient_on) == ("informed", "2026-01-02")


# A page that closes, a line that broke


def test_the_last_words_of_a_closing_page_come_after_its_last_save(
    browser: Client, draft: Draft, claire: Member
) -> None:
    """The page went before the answer to its save came: it still knows the revision before."""
    old = draft.revision
    browser.post(url(draft, "enregistrer"), form(draft, body="Une phrase"))
    browser.post(url(draft, "enregistrer"), form(draft, revision=old, body="Une phrase et la fin", leaving="1"))
    assert saved(draft, claire).text == "Une phrase et la fin"


def test_a_closing_page_that_is_far_behind_overwrites_nothing(browser: Client, draft: Draft, claire: Member) -> None:
    for revision, body in ((1, "deux"), (2, "trois")):
        browser.post(url(draft, "enregistrer"), form(draft, revision=revision, body=body))
    answer = browser.post(url(draft, "enregistrer"), form(draft, revision=1, body="ancien", leaving="1"))
    assert answer.status_code == 409
    assert saved(draft, claire).text == "trois"


def test_what_came_in_part_is_shown_and_can_be_given_up(browser: Client, draft: Draft) -> None:
    arrival = pieces.begin(draft, "scanner.pdf", "application/pdf", 3_000_000, at=clock.now())
    pieces.add(arrival, 0, [b"x" * 1_000_000], at=clock.now())
    page = browser.get(url(draft))
    assert f'data-part="{arrival.id}"' in page.content.decode()
    assert "1 Mo sur 3 Mo" in text_of(page).replace("\N{NO-BREAK SPACE}", " ")
    browser.post(url(draft, f"retirer/{arrival.id}"), form(draft))
    assert not draft.arrivals.exists()


def test_a_page_that_was_closed_can_tell_whether_it_gets_the_same_file(browser: Client, draft: Draft) -> None:
    arrival = pieces.begin(draft, "scanner.pdf", "application/pdf", 3_000, at=clock.now())
    for start in (0, 1_000):
        pieces.add(arrival, start, [b"x" * 1_000], at=clock.now())
    place = url(draft, f"morceaux/{arrival.id}")
    told = browser.head(place, headers={"Want-Digest": "sha-256"})
    assert told["Upload-Offset"] == "2000"
    assert told["Upload-Digest"] == hashlib.sha256(b"x" * 2_000).hexdigest()
    assert "Upload-Digest" not in browser.head(place)
