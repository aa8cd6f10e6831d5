"""The four lists in a browser."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from sceau.core import clock
from sceau.envelopes import filing, folders
from sceau.envelopes.models import Copy
from sceau.notify.models import Notice
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of


def test_an_unopened_row_shows_who_what_and_how_many_documents(claire: Member, marc: Member) -> None:
    desk.send(people.actor(claire), str(marc.address), ("a.pdf", b"x" * 4000), text="secret", label="report")
    shown = text_of(sign_in(marc).get("/recues"))
    for words in ("Dr Claire Vasseur", "Avis", "1 document", "compte rendu", "à ouvrir"):
        assert words in shown
    assert "secret" not in shown


def test_a_row_shows_no_subject_from_its_hour_of_destruction_on(claire: Member, marc: Member) -> None:
    """Nobody waits for the sweep that comes by once an hour."""
    desk.send(people.actor(claire), str(marc.address), subject="Résultats", label="results")
    Copy.objects.update(destroy_at=clock.now())
    for member, page in ((marc, "/recues"), (claire, "/envoyees")):
        browser = sign_in(member)
        assert "Résultats" not in text_of(browser.get(page))
        (row,) = browser.get(page).context["pane"].rows
        assert (row.state, row.label) == ("contenu détruit", None)
        assert row.who in ("Dr Marc Benali", "Dr Claire Vasseur")


def test_sent_rows_say_who_has_opened(claire: Member, marc: Member, lea: Member) -> None:
    by = people.actor(claire)
    both = desk.send(by, str(marc.address), cc=str(lea.address))
    desk.open_copy(both, lea)
    desk.send(by, str(marc.address))
    shown = text_of(sign_in(claire).get("/envoyees"))
    assert "Dr Marc Benali, Mme Léa Martin" in shown
    assert "ouverte par 1 sur 2" in shown
    assert "pas encore ouverte" in shown


def test_drafts_show_to_whom_and_what_about(claire: Member) -> None:
    by = people.actor(claire)
    desk.write(by, "marc@exemple.fr", ("a.pdf", b"1"), subject="Commencée")
    desk.write(by, "", subject="")
    shown = text_of(sign_in(claire).get("/brouillons"))
    for words in ("marc@exemple.fr", "Commencée", "1 document", "Sans destinataire", "Sans objet"):
        assert words in shown


def test_pages_lead_to_each_other(claire: Member, marc: Member) -> None:
    by, at = people.actor(claire), clock.now()
    for number in range(60):
        desk.send(by, str(marc.address), subject=f"n{number:03}", at=at + timedelta(seconds=number))
    browser = sign_in(marc)
    first = browser.get("/recues")
    older = first.context["pane"].older
    second = browser.get(older)
    assert [len(answer.context["pane"].rows) for answer in (first, second)] == [50, 10]
    back = browser.get(second.context["pane"].newer)
    assert subjects(back) == subjects(first)
    for nonsense in ("/recues?avant=x", "/recues?apres=01a20427-f2a6-75b0-ab82-3277b2920d4d"):
        assert subjects(browser.get(nonsense)) == subjects(first)


def subjects(answer: Any) -> list[str]:  # the test client's own type of answer
    return [row.subject for row in answer.context["pane"].rows]


def test_a_folder_costs_at_most_twelve_queries(
    claire: Member, marc: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    by = people.actor(claire)
    for number in range(55):
        desk.send(by, str(marc.address), subject=str(number))
    for _ in range(5):
        desk.write(by, str(marc.address), ("a.pdf", b"1"))
    own = filing.create("Biologie", by=people.actor(marc), at=clock.now())
    filing.file(Copy.objects.filter(mailbox=marc.mailbox)[:30], own, by=people.actor(marc))
    browsers = {
        "/recues": sign_in(marc),
        f"/dossiers/{own.id}": sign_in(marc),
        "/envoyees": sign_in(claire),
        "/brouillons": sign_in(claire),
    }
    for path, browser in browsers.items():
        with django_assert_max_num_queries(12):
            assert browser.get(path).status_code == 200


def test_emptying_the_trash_asks_first(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    folders.trash(desk.copy_of(envelope, marc))
    browser = sign_in(marc)
    assert "Vider la corbeille ?" in text_of(browser.post("/corbeille"))
    assert Copy.objects.filter(destroyed_at=None).count() == 2
    assert browser.post("/corbeille?oui")["Location"] == "/corbeille"
    assert Copy.objects.get(destroyed_at=None).role == "from"
    assert "1 enveloppe détruite" in text_of(browser.get("/corbeille"))


def test_somebody_whose_mails_come_back_is_told_at_the_next_visit(marc: Member, claire: Member) -> None:
    desk.send(people.actor(claire), str(marc.address))
    browser = sign_in(marc)
    Notice.objects.filter(kind="received").update(state=Notice.State.BOUNCED)
    assert "sont revenus" in text_of(browser.get("/recues"))
    assert "sont revenus" not in text_of(browser.get("/recues"))


def test_an_account_that_is_not_validated_is_not_invited_to_write(lea: Member) -> None:
    assert sign_in(lea).get("/recues").context["can_write"] is False


@pytest.mark.attack(29)
def test_a_form_from_elsewhere_does_not_empty_the_trash(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address))
    folders.trash(desk.copy_of(envelope, marc))
    browser = sign_in(marc)
    browser.handler.enforce_csrf_checks = True
    assert browser.post("/corbeille?oui", headers={"Origin": "https://ailleurs.example"}).status_code == 403
    assert Copy.objects.filter(destroyed_at=None).count() == 2


@pytest.mark.parametrize("path", ["/recues", "/envoyees", "/brouillons", "/corbeille", "/rediger"])
def test_lists_are_for_people_who_are_signed_in(path: str, settings: Settings) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (303, f"/connexion?next=%2F{path[1:]}")


@pytest.mark.parametrize(("place", "said"), [("own", "Ce dossier est vide"), ("trash", "La corbeille est vide")])
def test_an_empty_list_says_which_one_it_is(claire: Member, place: str, said: str) -> None:
    made = filing.create("Tournées", by=people.actor(claire), at=clock.now())
    page = text_of(sign_in(claire).get(f"/dossiers/{made.id}" if place == "own" else "/corbeille"))
    assert said in page
    assert page.count(" est vide") == 1
