from datetime import timedelta

import pytest
from django.test import Client

from sceau.accounts.models import Recovery
from sceau.vault.models import Session
from tests.people import Member, link, mails, sign_in, text_of

NEW = "Vent-frais 7 collines"
WAIT = {"way": "wait", "password": NEW, "repeat": NEW}

pytestmark = pytest.mark.django_db


def ask(member: Member, client: Client | None = None) -> str:
    """The page behind the mailed link."""
    (client or Client()).post("/acces-perdu", {"address": member.person.email})
    return link(member.person.email, "recovery")


def with_code(code: str) -> dict[str, str]:
    return {"way": "code", "recovery_code": code, "password": NEW, "repeat": NEW}


def signs_in(member: Member, password: str) -> bool:
    return Client().post("/connexion", {"address": member.person.email, "password": password}).status_code == 303


@pytest.mark.attack(24)
def test_an_unknown_address_reads_the_same_page(claire: Member) -> None:
    known, unknown = Client(), Client()
    answers = [
        known.post("/acces-perdu", {"address": claire.person.email}),
        unknown.post("/acces-perdu", {"address": "personne@nulle-part.example"}),
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, "/acces-perdu/envoye")] * 2
    assert list(answers[0].headers) == list(answers[1].headers)
    assert text_of(known.get("/acces-perdu/envoye")) == text_of(unknown.get("/acces-perdu/envoye"))


def test_the_recovery_code_gives_access_back_at_once(claire: Member, client: Client) -> None:
    answer = client.post(ask(claire), with_code(claire.recovery_code))
    assert answer.status_code == 200
    assert "Votre accès est rendu" in text_of(answer)
    new_code = next(word for word in text_of(answer).split() if word.count("-") == 7)
    assert new_code != claire.recovery_code
    assert signs_in(claire, NEW)
    assert not signs_in(claire, claire.password)


def test_a_wrong_code_stands_beside_its_field_and_changes_nothing(claire: Member, client: Client) -> None:
    page = ask(claire)
    answer = client.post(page, with_code("AAAA-" * 7 + "AAAA"))
    assert answer.status_code == 422
    assert "Ce code de secours" in text_of(answer) or "Vérifiez chaque groupe" in text_of(answer)
    assert signs_in(claire, claire.password)
    assert client.post(page, with_code(claire.recovery_code)).status_code == 200


def test_choosing_the_code_without_typing_it_is_told(claire: Member, client: Client) -> None:
    answer = client.post(ask(claire), with_code(""))
    assert answer.status_code == 422
    assert "Recopiez votre code de secours" in text_of(answer)


@pytest.mark.attack(25)
def test_a_link_scanner_uses_nothing_up(claire: Member, client: Client) -> None:
    page = ask(claire)
    for _ in range(5):
        assert client.get(page).status_code == 200
        assert client.head(page).status_code == 200
    assert client.post(page, with_code(claire.recovery_code)).status_code == 200


def test_an_open_session_of_the_same_person_is_offered_as_proof(claire: Member, chloe: Member) -> None:
    page = ask(claire)
    proof = "Ma session encore ouverte"
    assert proof in text_of(sign_in(claire).get(page))
    assert proof not in text_of(sign_in(chloe).get(page))
    assert proof not in text_of(Client().get(page))


def test_an_open_session_gives_access_back_at_once(claire: Member) -> None:
    client = sign_in(claire)
    answer = client.post(ask(claire), {"way": "session", "password": NEW, "repeat": NEW})
    assert answer.status_code == 200
    assert signs_in(claire, NEW)
    assert client.get("/compte").status_code == 303


def test_nobodys_session_proves_nothing(claire: Member, chloe: Member) -> None:
    page = ask(claire)
    for client in (Client(), sign_in(chloe)):
        answer = client.post(page, {"way": "session", "password": NEW, "repeat": NEW})
        assert answer.status_code == 422
        assert "choisissez une autre preuve" in text_of(answer)
    assert signs_in(claire, claire.password)


class TestWaiting:
    def test_it_ends_every_session_and_opens_nothing(self, claire: Member, client: Client) -> None:
        browser = sign_in(claire)
        answer = client.post(ask(claire), WAIT)
        assert "Votre demande est enregistrée" in text_of(answer)
        assert not Session.objects.exists()
        assert browser.get("/compte").status_code == 303
        assert not signs_in(claire, NEW)

    @pytest.mark.attack(25)
    def test_the_refusal_link_asks_before_it_refuses(self, claire: Member, client: Client) -> None:
        client.post(ask(claire), WAIT)
        page = link(claire.person.email, "recovery-waiting")
        for _ in range(3):
            assert "Ce n’était pas vous ?" in text_of(client.get(page))
            client.head(page)
        assert Recovery.objects.get().state == Recovery.State.WAITING
        assert "La demande est refusée" in text_of(client.post(page))
        assert Recovery.objects.get().state == Recovery.State.REFUSED
        assert client.get(page).status_code == client.post(page).status_code == 410

    def test_whoever_still_comes_in_is_asked_to_refuse(self, claire: Member, client: Client) -> None:
        client.post(ask(claire), WAIT)
        browser = Client()
        browser.post("/connexion", {"address": claire.person.email, "password": claire.password})
        digits = str(mails(claire.person.email, "code")[-1].context["code"])
        answer = browser.post("/connexion/code", {"code": digits, "next": "/compte"})
        assert answer["Location"] == "/compte/securite"
        page = text_of(browser.get("/compte/securite"))
        assert "Si ce n’est pas vous, refusez" in page
        browser.post("/compte/securite", {"act": "refuse-recovery"})
        assert Recovery.objects.get().state == Recovery.State.REFUSED
        assert "refusez : rien ne changera" not in text_of(browser.get("/compte/securite"))


@pytest.mark.parametrize("path", ["/acces-perdu/AAAA", "/acces-perdu/refuser/AAAA", "/acces-perdu/é"])
def test_a_made_up_link_opens_nothing(client: Client, path: str) -> None:
    assert client.get(path).status_code == client.post(path, WAIT).status_code == 410


def test_an_old_link_says_so(claire: Member, client: Client) -> None:
    page = ask(claire)
    row = Recovery.objects.get()
    Recovery.objects.update(expires_at=row.expires_at - timedelta(hours=1, seconds=1))
    answer = client.get(page)
    assert answer.status_code == 410
    assert "demander un nouveau lien" in text_of(answer).lower()


def test_the_password_rule_stands_beside_its_field(claire: Member, client: Client) -> None:
    answer = client.post(ask(claire), {"way": "wait", "password": "azerty", "repeat": "azerty"})
    assert answer.status_code == 422
    assert "trop court" in text_of(answer)
