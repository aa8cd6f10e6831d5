import pytest
from django.http import HttpResponse
from django.test import Client

from sceau.core import ids
from sceau.vault.models import Session
from tests.people import Member, mails, sign_in, text_of

NEW = "Vent-frais 7 collines"
FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"}
EDGE = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0"}


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire, Client(headers=FIREFOX))


@pytest.fixture
def elsewhere(claire: Member, browser: Client) -> Client:
    return sign_in(claire, Client(headers=EDGE))


def test_a_person_sees_her_sessions_and_what_happened(browser: Client, elsewhere: Client) -> None:
    page = text_of(browser.get("/compte/securite"))
    for words in ("Firefox, Linux Celle-ci", "Edge, Windows", "Compte ouvert", "Connexion depuis un nouvel appareil"):
        assert words in page


def test_failures_are_in_the_journal_too(browser: Client, claire: Member) -> None:
    stranger = Client(headers=EDGE)
    stranger.post("/connexion", {"address": claire.person.email, "password": "Tilleul-verveine-8"})
    assert "Connexion refusée : mot de passe faux Edge, Windows" in text_of(browser.get("/compte/securite"))


def test_a_new_device_is_told_by_mail(browser: Client, elsewhere: Client, claire: Member) -> None:
    told = mails(claire.person.email, "new-device")
    assert [message.context["device"] for message in told] == ["Edge, Windows"]


def test_she_closes_one_session(browser: Client, elsewhere: Client) -> None:
    other = Session.objects.get(device="Edge, Windows")
    assert browser.post(f"/compte/securite/sessions/{other.handle}/fermer").status_code == 303
    assert elsewhere.get("/compte").status_code == 303
    assert browser.get("/compte").status_code == 200


def test_she_closes_all_the_others(browser: Client, elsewhere: Client) -> None:
    assert browser.post("/compte/securite", {"act": "end-others"}).status_code == 303
    assert elsewhere.get("/compte").status_code == 303
    assert browser.get("/compte").status_code == 200


@pytest.mark.attack(28)
def test_somebody_elses_session_is_not_there(browser: Client, chloe: Member) -> None:
    hers = Session.objects.get(device="Firefox, Linux")
    stranger = sign_in(chloe)
    answers = [stranger.post(f"/compte/securite/sessions/{handle}/fermer") for handle in (hers.handle, ids.new())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert text_of(answers[0]) == text_of(answers[1])
    assert browser.get("/compte").status_code == 200


def test_an_act_that_does_not_exist_is_refused(browser: Client) -> None:
    assert browser.post("/compte/securite", {"act": "delete-everything"}).status_code == 400


class TestPassword:
    def change(self, browser: Client, current: str, new: str = NEW) -> HttpResponse:
        return browser.post("/compte/securite/mot-de-passe", {"current": current, "password": new, "repeat": new})

    def test_it_changes_and_ends_the_other_sessions(self, browser: Client, elsewhere: Client, claire: Member) -> None:
        assert self.change(browser, claire.password).status_code == 303
        assert browser.get("/compte").status_code == 200
        assert elsewhere.get("/compte").status_code == 303
        assert mails(claire.person.email)[-1].kind == "password-changed"

    def test_the_current_one_is_asked(self, browser: Client) -> None:
        answer = self.change(browser, "Tilleul-verveine-8")
        assert answer.status_code == 422
        assert "pas votre mot de passe actuel" in text_of(answer)

    def test_the_rule_holds(self, browser: Client, claire: Member) -> None:
        answer = self.change(browser, claire.password, "Vasseur-2026!")
        assert answer.status_code == 422
        assert "votre nom ou de votre adresse" in text_of(answer)

    def test_a_locked_session_changes_nothing(self, browser: Client, claire: Member) -> None:
        browser.post("/verrou/fermer")
        assert self.change(browser, claire.password).status_code == 423


class TestRecoveryCode:
    def test_a_new_one_is_shown_once(self, browser: Client, claire: Member) -> None:
        answer = browser.post("/compte/securite/code-de-secours", {"current": claire.password})
        assert answer.status_code == 200
        code = next(word for word in text_of(answer).split() if word.count("-") == 7)
        assert code != claire.recovery_code
        assert code not in text_of(browser.get("/compte/securite/code-de-secours"))

    def test_the_password_is_asked(self, browser: Client) -> None:
        answer = browser.post("/compte/securite/code-de-secours", {"current": "Tilleul-verveine-8"})
        assert answer.status_code == 422
