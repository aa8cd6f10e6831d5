from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from sceau.core import clock
from sceau.vault.models import Session
from tests.people import Member, sign_in, text_of

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire)


def leave_idle(for_: timedelta = HALF_AN_HOUR) -> None:
    """As if nobody had touched the keyboard for that long."""
    Session.objects.update(acted_at=clock.now() - for_)


def unlock(client: Client, password: str, **more: str) -> HttpResponse:
    return client.post("/verrou", {"password": password, **more})


def test_half_an_hour_without_a_gesture_locks_and_forgets_the_key(browser: Client) -> None:
    leave_idle()
    answer = browser.get("/compte/securite?tri=date")
    assert (answer.status_code, answer["Location"]) == (303, "/verrou?next=%2Fcompte%2Fsecurite%3Ftri%3Ddate")
    session = Session.objects.get()
    assert (session.state, session.wrapped_key) == (Session.State.LOCKED, None)


def test_the_password_alone_resumes_exactly_there(browser: Client, claire: Member) -> None:
    leave_idle()
    page = browser.get("/verrou?next=/compte/securite")
    assert "Dr Claire Vasseur" in text_of(page)
    answer = unlock(browser, claire.password, next="/compte/securite")
    assert (answer.status_code, answer["Location"]) == (303, "/compte/securite")
    assert browser.get("/compte/securite").status_code == 200


def test_a_wrong_password_resumes_nothing(browser: Client) -> None:
    leave_idle()
    browser.get("/")
    again = unlock(browser, "Tilleul-verveine-8")
    assert again.status_code == 422
    assert "Ce n’est pas votre mot de passe" in text_of(again)
    assert "adresse" not in text_of(again)  # none was asked for
    assert browser.get("/compte").status_code == 303


def test_a_gesture_keeps_the_session_open(browser: Client) -> None:
    leave_idle(HALF_AN_HOUR - timedelta(seconds=30))
    assert browser.get("/compte").status_code == 200
    assert Session.objects.get().acted_at > clock.now() - timedelta(minutes=1)


@pytest.mark.parametrize(
    "headers", [{"x-sceau-poll": "1"}, {"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}]
)
def test_polls_and_prefetches_are_no_gestures(browser: Client, headers: dict[str, str]) -> None:
    leave_idle(HALF_AN_HOUR - timedelta(seconds=30))
    assert browser.get("/compte", headers=headers).status_code == 200
    assert Session.objects.get().acted_at < clock.now() - timedelta(minutes=29)


def test_a_head_request_is_no_gesture(browser: Client) -> None:
    leave_idle(HALF_AN_HOUR - timedelta(seconds=30))
    browser.head("/compte")
    assert Session.objects.get().acted_at < clock.now() - timedelta(minutes=29)


def test_a_submit_to_a_locked_session_is_not_executed_and_says_so(browser: Client) -> None:
    leave_idle()
    answer = browser.post("/compte", {"city": "Veynes"}, headers={"referer": "http://testserver/compte"})
    assert answer.status_code == 423
    assert "rien n’est perdu" in text_of(answer)
    assert "/verrou?next=/compte" in answer.content.decode() or "/verrou?next=%2Fcompte" in answer.content.decode()


def test_a_script_is_told_in_json(browser: Client) -> None:
    leave_idle()
    answer = browser.post("/compte", {}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (423, "locked")


def test_hiding_locks_at_once_and_keeps_the_place(browser: Client, claire: Member) -> None:
    answer = browser.post("/verrou/fermer", headers={"referer": "http://testserver/compte/notifications"})
    assert (answer.status_code, answer["Location"]) == (303, "/verrou?next=%2Fcompte%2Fnotifications")
    assert Session.objects.get().wrapped_key is None
    assert unlock(browser, claire.password, next="/compte/notifications")["Location"] == "/compte/notifications"


@pytest.mark.attack(29)
def test_unlocking_leads_nobody_elsewhere(browser: Client, claire: Member) -> None:
    leave_idle()
    browser.get("/")
    assert unlock(browser, claire.password, next="//voleur.example/")["Location"] == "/"
    leave_idle()
    answer = browser.get("/verrou?" + urlencode({"next": "https://voleur.example/"}))
    assert "voleur" not in answer.content.decode()


def test_twelve_hours_after_the_login_it_takes_a_full_one(browser: Client, claire: Member) -> None:
    leave_idle()
    browser.get("/")
    Session.objects.update(strong_at=clock.now() - timedelta(hours=12))
    answer = unlock(browser, claire.password, next="/compte")
    assert (answer.status_code, answer["Location"]) == (303, "/connexion?next=%2Fcompte")


def test_another_browser_cannot_resume(browser: Client, claire: Member) -> None:
    leave_idle()
    assert unlock(Client(), claire.password)["Location"] == "/connexion"


def test_a_locked_session_can_be_left(browser: Client) -> None:
    leave_idle()
    browser.get("/")
    assert browser.post("/deconnexion").status_code == 303
    assert not Session.objects.exists()


def test_nobody_sees_a_lock_without_a_session(client: Client, db: None) -> None:
    assert client.get("/verrou?next=/compte")["Location"] == "/connexion?next=%2Fcompte"


def test_an_open_session_passes_by(browser: Client) -> None:
    assert browser.get("/verrou?next=/compte")["Location"] == "/compte"
