"""One envelope in a browser: closed, opened by an act, read, thrown away."""

from datetime import timedelta

import pytest
from django.test import Client

from sceau.core import clock, ids
from sceau.envelopes import retention
from sceau.envelopes.models import Copy, Envelope, Handover, Opening
from sceau.evidence import integrator
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

SECRET = "la biopsie est normale"


@pytest.fixture
def envelope(claire: Member, marc: Member) -> Envelope:
    return desk.send(people.actor(claire), str(marc.address), ("Écho.pdf", b"%PDF" * 600), text=SECRET)


@pytest.fixture
def place(envelope: Envelope, marc: Member) -> str:
    return f"/enveloppes/{desk.copy_of(envelope, marc).id}"


def page(browser: Client, place: str) -> str:
    """What a browser shows, once it has taken the last octet; every space a plain one."""
    answer = browser.get(place)
    assert answer.status_code == 200
    return " ".join(answer.getvalue().decode().split())


def count(event: Event) -> int:
    return Evidence.objects.filter(event=event).count()


def test_a_closed_envelope_says_who_when_what_and_nothing_of_the_letter(place: str, marc: Member) -> None:
    shown = page(sign_in(marc), place)
    for words in ("Avis", "Dr Claire Vasseur", "1 document", "Écho.pdf", "Ouvrir l’enveloppe"):
        assert words in shown
    assert SECRET not in shown
    assert "documents/2" not in shown


@pytest.mark.attack(25)
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_closed_envelope_opens_nothing(place: str, marc: Member, method: str) -> None:
    browser = sign_in(marc)
    for path in (place, f"{place}/ouvrir", f"{place}/documents/2", f"{place}/message.eml", f"{place}/documents.zip"):
        getattr(browser, method)(path)
        getattr(Client(), method)(path)
    assert not Opening.objects.exists()
    assert not Handover.objects.exists()
    assert count(Event.CONTENT_ACCESS_TRACKING) == 0


def test_opening_shows_the_letter_and_tells_the_sender(place: str, claire: Member, marc: Member) -> None:
    browser = sign_in(marc)
    answer = browser.post(f"{place}/ouvrir")
    assert (answer.status_code, answer["Location"]) == (303, place)
    shown = page(browser, place)
    assert SECRET in shown
    assert f"{place}/documents/2" in shown
    assert "Ouverte par vous" in shown
    (told,) = people.mails(str(claire.address), "opened")
    assert told.context["reader"] == "Dr Marc Benali"


def test_opening_twice_is_one_act(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    for _ in range(3):
        assert browser.post(f"{place}/ouvrir").status_code == 303
    assert count(Event.CONTENT_ACCESS_TRACKING) == 1


def test_the_page_that_showed_the_letter_is_a_handover_once_a_session(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    browser.post(f"{place}/ouvrir")
    browser.head(place)
    assert not Handover.objects.exists()
    for _ in range(3):
        page(browser, place)
    assert Handover.objects.get().part == "1"
    again = sign_in(marc)
    page(again, place)
    assert Handover.objects.count() == 2
    assert page(again, place).count("Lettre affichée") == 1  # one line of the story, and how often
    assert "puis 1 fois encore" in page(again, place)


def test_the_sender_reads_his_own_and_follows_each_recipient(
    envelope: Envelope, claire: Member, marc: Member, place: str
) -> None:
    browser = sign_in(claire)
    own = f"/enveloppes/{desk.own_copy(envelope, people.actor(claire)).id}"
    assert [line.kind for line in browser.get(own).context["proof"].recipients] == ["wait"]
    sign_in(marc).post(f"{place}/ouvrir")
    shown = page(browser, own)
    assert SECRET in shown
    assert "Scellée par vous" in shown
    (line,) = browser.get(own).context["proof"].recipients
    assert (line.name, line.kind) == ("Dr Marc Benali", "done")
    assert browser.post(f"{own}/ouvrir")["Location"] == own
    assert not Handover.objects.exists()


def test_proofs_can_be_downloaded_once_the_log_is_signed(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    assert "dans un instant" in page(browser, place)
    assert browser.get(f"{place}/preuve.pdf").status_code == 503
    integrator.step(at=clock.now())
    shown = page(browser, place)
    assert "Journal vérifié jusqu’à la preuve n°" in shown
    assert f"{place}/preuve.pdf" in shown


def test_an_envelope_goes_to_the_trash_and_back(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    assert browser.post(f"{place}/jeter")["Location"] == "/recues"
    assert Copy.objects.get(role="to").folder == "trash"
    assert "Restaurer" in page(browser, place)
    assert browser.post(f"{place}/restaurer")["Location"] == place
    assert Copy.objects.get(role="to").folder == "received"


def test_throwing_away_can_be_taken_back_from_the_list(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    shown = page(browser, browser.post(f"{place}/jeter")["Location"])
    assert "Enveloppe mise à la corbeille." in shown
    assert f'<form method="post" action="{place}/restaurer">' in shown
    assert "Annuler" not in page(browser, "/recues")


def test_a_list_s_row_and_the_letter_agree_on_the_state(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    (row,) = browser.get("/recues").context["pane"].rows
    assert (row.state, row.icon, row.unopened) == ("à ouvrir", "seal", True)
    browser.post(f"{place}/ouvrir")
    (row,) = browser.get("/recues").context["pane"].rows
    assert (row.state, row.icon, row.unopened) == ("", "opened", False)


def test_the_proof_looks_for_news_until_the_log_is_signed(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    assert "data-live" in page(browser, place)
    integrator.step(at=clock.now())
    assert "data-live" not in page(browser, place)


def test_destroying_asks_first_and_says_that_others_keep_theirs(place: str, marc: Member) -> None:
    browser = sign_in(marc)
    shown = page(browser, f"{place}/detruire")
    assert "dans les sauvegardes sous 30 jours" in shown
    assert "gardent la leur" in shown
    assert "« Avis », de Dr Claire Vasseur" in shown
    assert Copy.objects.filter(destroyed_at=None).count() == 2
    for _ in range(2):
        assert browser.post(f"{place}/detruire")["Location"] == "/corbeille"
    assert Copy.objects.get(destroyed_at=None).role == "from"
    assert "Le contenu de cette enveloppe est détruit" in page(browser, place)


def test_a_destroyed_envelope_still_tells_its_story(place: str, marc: Member, claire: Member) -> None:
    browser = sign_in(marc)
    browser.post(f"{place}/ouvrir")
    at = clock.now() + timedelta(days=92)
    retention.sweep(at=at)
    shown = page(browser, place)
    assert "Le contenu de cette enveloppe est détruit" in shown
    assert "Sceau intact" not in shown
    assert "Ouverte par vous" in shown
    assert "Dr Claire Vasseur" in shown
    assert SECRET not in shown
    assert browser.get(f"{place}/documents/2").status_code == 410


@pytest.mark.attack(28)
@pytest.mark.parametrize(
    ("method", "act"),
    [
        ("get", ""),
        ("post", "/ouvrir"),
        ("post", "/repondre"),
        ("post", "/jeter"),
        ("post", "/restaurer"),
        ("get", "/detruire"),
        ("post", "/detruire"),
        ("get", "/documents/1"),
        ("get", "/documents/2"),
        ("get", "/documents/99"),
        ("get", "/documents.zip"),
        ("get", "/message.eml"),
        ("get", "/preuve.pdf"),
        ("get", "/preuve.json"),
        ("get", "/preuves.zip"),
    ],
)
def test_an_absent_envelope_and_somebody_else_s_look_the_same(
    envelope: Envelope, place: str, claire: Member, chloe: Member, method: str, act: str
) -> None:
    integrator.step(at=clock.now())
    foreign = [place, f"/enveloppes/{envelope.id}", f"/enveloppes/{desk.own_copy(envelope, people.actor(claire)).id}"]
    browser, before = sign_in(chloe), Evidence.objects.count()
    answers = set()
    for target in (*foreign, f"/enveloppes/{ids.new()}"):
        answer = getattr(browser, method)(target + act)
        answers.add((answer.status_code, answer.content))
    assert {status for status, _ in answers} == {404}
    assert len(answers) == 1
    assert Evidence.objects.count() == before
    assert Copy.objects.filter(folder="trash").count() == 0


@pytest.mark.attack(29)
@pytest.mark.parametrize("act", ["ouvrir", "repondre", "jeter", "restaurer", "detruire"])
def test_a_form_from_elsewhere_changes_nothing(place: str, marc: Member, act: str) -> None:
    browser = sign_in(marc)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(f"{place}/{act}", headers={"Origin": "https://ailleurs.example"}).status_code == 403
    assert not Opening.objects.exists()
    assert Copy.objects.filter(destroyed_at=None, folder="received").count() == 1


def test_somebody_who_is_not_signed_in_is_led_to_the_way_in(place: str) -> None:
    answer = Client().get(place)
    assert answer.status_code == 303
    assert "/connexion?next=" in answer["Location"]
