"""A mailbox's own words: signature and templates, sealed, ordered, within limits, nobody else's."""

import pytest

from sceau.core import clock, ids
from sceau.core.errors import Malformed, NotFound, Unreadable
from sceau.envelopes import snippets
from sceau.envelopes.models import Snippet
from tests import people
from tests.people import Member


def test_a_signature_is_kept_changed_and_taken_away(claire: Member) -> None:
    by = people.actor(claire)
    assert snippets.signature(by=by) == ""
    for text in ("Dr Claire Vasseur\nCabinet des Tilleuls", "Dr C. Vasseur"):
        snippets.sign(text, by=by, at=clock.now())
        assert snippets.signature(by=people.actor(claire)) == text
    assert Snippet.objects.count() == 1
    snippets.sign("  \n", by=by, at=clock.now())
    assert snippets.signature(by=by) == ""
    assert not Snippet.objects.exists()


def test_a_signature_that_is_too_long_is_refused_and_the_old_one_stays(claire: Member) -> None:
    by = people.actor(claire)
    snippets.sign("Dr Vasseur", by=by, at=clock.now())
    with pytest.raises(Malformed):
        snippets.sign("x" * (snippets.SIGNATURE_LIMIT + 1), by=by, at=clock.now())
    assert snippets.signature(by=by) == "Dr Vasseur"


def test_templates_come_in_the_order_they_were_made(claire: Member) -> None:
    by = people.actor(claire)
    first, second = (snippets.add(name, f"Texte de {name}", by=by, at=clock.now()) for name in ("Zona", "Asthme"))
    assert [template.name for template in snippets.templates(by=by)] == ["Zona", "Asthme"]
    snippets.change(first.id, "Zona ophtalmique", "Autre", by=by, at=clock.now())
    assert snippets.template(first.id, by=by) == snippets.Template(first.id, "Zona ophtalmique", "Autre")
    snippets.remove(second.id, by=by)
    assert [template.id for template in snippets.templates(by=by)] == [first.id]


@pytest.mark.parametrize(("name", "text"), [("", "Texte"), ("\u202e", "Texte"), ("x" * 81, "Texte"), ("Nom", " \n")])
def test_a_template_needs_a_name_that_shows_and_a_text(claire: Member, name: str, text: str) -> None:
    with pytest.raises(Malformed):
        snippets.add(name, text, by=people.actor(claire), at=clock.now())
    assert not Snippet.objects.exists()


def test_there_are_only_so_many_templates(claire: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snippets, "TEMPLATES_LIMIT", 2)
    by = people.actor(claire)
    for name in ("un", "deux"):
        snippets.add(name, "Texte", by=by, at=clock.now())
    with pytest.raises(snippets.TooManyTemplates):
        snippets.add("trois", "Texte", by=by, at=clock.now())


@pytest.mark.attack(28)
def test_nobody_reaches_somebody_else_s_words(claire: Member, chloe: Member) -> None:
    template = snippets.add("Zona", "Texte", by=people.actor(claire), at=clock.now())
    by = people.actor(chloe)
    assert snippets.templates(by=by) == []
    for id in (template.id, ids.new()):
        with pytest.raises(NotFound):
            snippets.template(id, by=by)
        with pytest.raises(NotFound):
            snippets.change(id, "À moi", "Texte", by=by, at=clock.now())
        with pytest.raises(NotFound):
            snippets.remove(id, by=by)
    assert snippets.template(template.id, by=people.actor(claire)).name == "Zona"


@pytest.mark.attack(32)
def test_words_moved_to_another_row_do_not_open(claire: Member) -> None:
    by = people.actor(claire)
    one, other = (snippets.add(name, "Texte", by=by, at=clock.now()) for name in ("un", "deux"))
    Snippet.objects.filter(id=one.id).update(sealed=Snippet.objects.get(id=other.id).sealed)
    with pytest.raises(Unreadable):
        snippets.template(one.id, by=by)


def test_nothing_of_it_is_readable_in_the_row(claire: Member) -> None:
    snippets.add("Zona", "Consigne singulière", by=people.actor(claire), at=clock.now())
    sealed = bytes(Snippet.objects.get().sealed)
    assert b"Zona" not in sealed
    assert "singulière".encode() not in sealed
