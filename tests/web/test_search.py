"""The search page: words travel sealed, marks are made by the template, and it says how far it came."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.envelopes import search
from sceau.envelopes.models import Envelope
from sceau.ui import logs
from sceau.vault import epochs
from sceau.web import finding
from tests import canary, people
from tests.envelopes import desk
from tests.people import Member, sign_in, text_of

AT = clock.now()


@pytest.fixture
def mail(claire: Member, marc: Member) -> Envelope:
    return desk.send(people.actor(claire), str(marc.address), ("ECG.png", b"1"), subject="Écho & <b>zona</b>", at=AT)


def ask(browser: Client, question: str) -> str:
    """The address that a question leads to."""
    answer = browser.post("/recherche", {"q": question})
    assert answer.status_code == 303
    return answer["Location"]


@pytest.mark.req("V12")
def test_words_travel_sealed(mail: Envelope, marc: Member) -> None:
    browser = sign_in(marc)
    address = ask(browser, "zona")
    assert re.fullmatch(r"/recherche\?m=1\.[\w-]+", address)
    assert "zona" not in address
    assert address != ask(browser, "zona")  # nor can two questions be compared
    page = browser.get(address)
    assert "1 enveloppe" in text_of(page)
    assert 'value="zona"' in page.content.decode()


@pytest.mark.attack(28)
def test_a_question_is_its_mailbox_s(mail: Envelope, claire: Member, marc: Member) -> None:
    address = ask(sign_in(marc), "zona")
    page = sign_in(claire).get(address)
    assert "Que cherchez-vous" in text_of(page)


@pytest.mark.parametrize(
    "address", ["m=", "m=zona", "m=1.", "m=1.AAAA", "m=x.AAAA", "m=99999999999.A", "m=-1.AAAA", "avant=1"]
)
def test_an_address_that_nobody_made_asks_nothing(mail: Envelope, marc: Member, address: str) -> None:
    page = sign_in(marc).get(f"/recherche?{address}")
    assert page.status_code == 200
    assert "Que cherchez-vous" in text_of(page)


def test_what_is_found_is_marked_and_never_becomes_markup(mail: Envelope, marc: Member) -> None:
    browser = sign_in(marc)
    page = browser.get(ask(browser, "ZONA echo ecg")).content.decode()
    assert '<span class="subj"><mark>Écho</mark> &amp; &lt;b&gt;<mark>zona</mark>&lt;/b&gt;</span>' in page
    assert '<span class="where"><mark>ECG</mark>.png</span>' in page


def test_whoever_matches_and_the_row_does_not_name_is_named(mail: Envelope, marc: Member) -> None:
    browser = sign_in(marc)
    page = browser.get(ask(browser, "benali")).content.decode()
    assert '<span class="where">Dr Marc <mark>Benali</mark></span>' in page
    page = browser.get(ask(browser, "tilleuls")).content.decode()
    assert '<span class="where">claire.vasseur@<mark>tilleuls</mark>.example</span>' in page
    assert '<span class="where">' not in browser.get(ask(browser, "vasseur")).content.decode()


def test_nothing_found_says_so(mail: Envelope, marc: Member) -> None:
    browser = sign_in(marc)
    assert "Aucune enveloppe n’a tous ces mots" in text_of(browser.get(ask(browser, "<script>")))
    assert ask(browser, "  ") == "/recherche"


def test_a_script_gets_the_results_alone(mail: Envelope, marc: Member) -> None:
    browser = sign_in(marc)
    part = browser.get(ask(browser, "zona"), headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div class="found"')
    assert "HX-Request" in part["Vary"]


def test_it_says_how_far_it_came_and_goes_on(mail: Envelope, marc: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = sign_in(marc)
    address = ask(browser, "zona")
    with monkeypatch.context() as patched:
        patched.setattr(search, "PATIENCE", timedelta(0))
        page = browser.get(address)
    assert "0 enveloppes sur 1 relues" in text_of(page)
    assert f'data-again="{address}"' in page.content.decode()
    assert f'<a href="{address}">Continuer</a>' in page.content.decode()
    page = browser.get(address)
    assert "data-again" not in page.content.decode()
    assert "1 enveloppe" in text_of(page)


@pytest.mark.req("V4")
def test_what_was_just_opened_is_found_by_its_letter(claire: Member, marc: Member) -> None:
    envelope = desk.send(people.actor(claire), str(marc.address), text="La dyspnée persiste.", subject="Avis")
    browser = sign_in(marc)
    assert "Rien de trouvé" in text_of(browser.get(ask(browser, "dyspnee")))
    browser.post(f"/enveloppes/{desk.copy_of(envelope, marc).id}/ouvrir")
    page = browser.get(ask(browser, "dyspnee")).content.decode()
    assert "La <mark>dyspnée</mark> persiste." in page


def test_more_than_a_page_goes_on_with_older_ones(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    for number in range(52):
        desk.send(by, str(marc.address), subject=f"Bilan {number}", at=AT + timedelta(seconds=number))
    browser = sign_in(marc)
    first = browser.get(ask(browser, "bilan"))
    assert "les 50 plus récentes" in text_of(first)
    older = re.search(r'href="(/recherche\?m=[^"]+avant=[^"]+)"', first.content.decode())
    assert older
    second = browser.get(older[1].replace("&amp;", "&"))
    assert "2 enveloppes" in text_of(second)


def test_a_question_of_an_earlier_epoch_still_opens(marc: Member) -> None:
    by: Actor = people.actor(marc)
    address = finding.seal("zona", by=by)
    epochs.open_next(marc.mailbox.id, [str(marc.address)], [marc.person.principal], at=AT)
    assert finding.unseal(address, by=people.actor(marc)) == "zona"


@pytest.mark.attack(39)
@pytest.mark.req("V12")
def test_neither_tables_nor_logs_learn_what_was_written_or_looked_for(
    claire: Member, marc: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    documents = [("Zygomatique.png", b"1")]
    envelope = desk.send(
        people.actor(claire), str(marc.address), *documents, subject="Zygomatique", text="Zygomatique."
    )
    desk.open_copy(envelope, marc)
    browser = sign_in(marc)
    for question in ("zygomatique", "zygomatique introuvable"):
        assert browser.get(ask(browser, question)).status_code == 200
    browser.get("/recues")
    written = [capsys.readouterr().out.encode(), *_columns()]
    assert len(written) > 100
    assert any(b"web:search" in octets for octets in written)  # the search is in the log, its words are not
    assert [octets for octets in written if canary.search(octets, ["zygomatique", "Zygomatique", "introuvable"])] == []


def _columns() -> Iterator[bytes]:
    """Every value of every table that the envelopes and the vault have."""
    for model in [*apps.get_app_config("envelopes").get_models(), *apps.get_app_config("vault").get_models()]:
        for row in model._default_manager.values_list():
            yield from (bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
