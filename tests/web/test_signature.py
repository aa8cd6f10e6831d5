"""The settings tab « Signature »: what stands below letters, and the templates."""

from django.test import Client

from sceau.core import clock
from sceau.envelopes import snippets
from tests import people
from tests.people import Member, sign_in, text_of


def test_a_signature_is_written_and_shown_again(claire: Member) -> None:
    browser = sign_in(claire)
    answer = browser.post("/compte/signature", {"signature": "Dr Claire Vasseur\r\nGap\r\n"})
    assert (answer.status_code, answer["Location"]) == (303, "/compte/signature")
    assert snippets.signature(by=people.actor(claire)) == "Dr Claire Vasseur\nGap"
    assert "Dr Claire Vasseur\nGap</textarea>" in browser.get("/compte/signature").content.decode()


def test_a_signature_that_is_too_long_comes_back_with_the_reason(claire: Member) -> None:
    answer = sign_in(claire).post("/compte/signature", {"signature": "x" * 2_001})
    assert answer.status_code == 422
    assert "x" * 2_001 in answer.content.decode()


def test_a_template_is_made_changed_and_removed(claire: Member) -> None:
    browser = sign_in(claire)
    browser.post("/compte/signature/modeles", {"name": " Zona\u200b ", "text": "Consignes\r\nde soin"})
    template, *others = snippets.templates(by=people.actor(claire))
    assert (template.name, template.text, others) == ("Zona", "Consignes\nde soin", [])
    assert "Zona" in text_of(browser.get("/compte/signature"))
    place = f"/compte/signature/modeles/{template.id}"
    browser.post(place, {"name": "Zona, adulte", "text": "Autre"})
    assert snippets.template(template.id, by=people.actor(claire)).text == "Autre"
    asked = browser.get(f"{place}/supprimer")
    assert "Zona, adulte" in text_of(asked)
    assert snippets.templates(by=people.actor(claire))  # asking removes nothing
    browser.post(f"{place}/supprimer")
    assert snippets.templates(by=people.actor(claire)) == []


def test_a_template_without_a_name_or_a_text_comes_back(claire: Member) -> None:
    browser = sign_in(claire)
    for fields in ({"name": "\u200b", "text": "Texte"}, {"name": "Zona", "text": " \n"}):
        answer = browser.post("/compte/signature/modeles", fields)
        assert answer.status_code == 422
    assert snippets.templates(by=people.actor(claire)) == []


def test_one_template_too_many_is_kept_on_the_page(claire: Member) -> None:
    by = people.actor(claire)
    for number in range(snippets.TEMPLATES_LIMIT):
        snippets.add(f"Modèle {number}", "Texte", by=by, at=clock.now())
    browser: Client = sign_in(claire)
    answer = browser.post("/compte/signature/modeles", {"name": "Encore un", "text": "Texte précieux"})
    assert answer.status_code == 422
    assert "Texte précieux" in answer.content.decode()
    assert "50 modèles" in text_of(answer)
