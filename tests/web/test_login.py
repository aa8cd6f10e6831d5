import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from sceau.core import clock
from sceau.vault.models import Session
from tests.people import Member, code, mails, sign_in, text_of

COOKIE = "__Host-sceau"
PASSWORD = "Tilleul-verveine-7"


def begin(client: Client, member: Member, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/connexion", {"address": member.person.email, "password": password, **more})


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


def test_password_then_code_leads_to_the_mailbox(claire: Member, client: Client) -> None:
    answer = begin(client, claire)
    assert (answer.status_code, answer["Location"]) == (303, "/connexion/code")
    answer = client.post("/connexion/code", {"code": code(claire.person.email)})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.get("/compte").status_code == 200


def test_the_password_alone_reaches_nothing(claire: Member, client: Client) -> None:
    begin(client, claire)
    answer = client.get("/compte")
    assert (answer.status_code, answer["Location"]) == (303, "/connexion/code?next=%2Fcompte")
    assert "claire" not in client.get("/connexion/code").content.decode().lower()


def test_the_cookies_are_for_this_host_alone(claire: Member) -> None:
    client = sign_in(claire)
    for name in (COOKIE, "__Host-sceau-device"):
        cookie = client.cookies[name]
        assert cookie["secure"] is True
        assert cookie["httponly"] is True
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert client.cookies[COOKIE]["max-age"] == ""
    assert client.cookies["__Host-sceau-device"]["max-age"] == 365 * 24 * 3600


def test_each_step_gives_another_cookie(claire: Member, client: Client) -> None:
    """A cookie planted before the login opens nothing after it."""
    begin(client, claire)
    pending = client.cookies[COOKIE].value
    client.post("/connexion/code", {"code": code(claire.person.email)})
    assert client.cookies[COOKIE].value != pending
    thief = Client()
    thief.cookies[COOKIE] = pending
    assert thief.get("/compte").status_code == 303


def test_a_browser_has_one_session(claire: Member, client: Client) -> None:
    """Beginning again forgets what the cookie led to before."""
    begin(client, claire)
    begin(client, claire)
    assert Session.objects.count() == 1
    sign_in(claire, client)
    client.post("/verrou/fermer")
    sign_in(claire, client)
    assert Session.objects.get().state == Session.State.OPEN


@pytest.mark.attack(24)
def test_a_stranger_and_a_wrong_password_read_the_same_page(claire: Member, client: Client) -> None:
    refused = begin(client, claire, "Tilleul-verveine-8")
    unknown = Client().post("/connexion", {"address": "personne@nulle-part.example", "password": "Tilleul-verveine-8"})
    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert text_of(refused) == text_of(unknown)
    assert list(refused.headers) == list(unknown.headers)
    assert COOKIE not in refused.cookies


def test_what_is_no_address_is_told_before_anything_is_tried(client: Client, db: None) -> None:
    answer = client.post("/connexion", {"address": "claire", "password": "x"})
    assert answer.status_code == 422
    assert "Ce n’est pas une adresse" in text_of(answer)


def test_a_wrong_code_says_how_many_tries_are_left(claire: Member, client: Client) -> None:
    begin(client, claire)
    answer = client.post("/connexion/code", {"code": wrong(code(claire.person.email))})
    assert answer.status_code == 422
    assert "Il reste 4 essais" in text_of(answer)
    assert client.post("/connexion/code", {"code": code(claire.person.email)}).status_code == 303


def test_a_typing_slip_costs_no_try(claire: Member, client: Client) -> None:
    begin(client, claire)
    for slip in ("12345", "1234567", "abcdef", "１２３４５６", ""):
        assert client.post("/connexion/code", {"code": slip}).status_code == 422
    assert "Il reste 5 essais" in text_of(client.get("/connexion/code"))


def test_spaces_in_a_pasted_code_do_not_matter(claire: Member, client: Client) -> None:
    begin(client, claire)
    digits = code(claire.person.email)
    assert client.post("/connexion/code", {"code": f" {digits[:3]} {digits[3:]} "}).status_code == 303


def test_the_fifth_wrong_code_leads_back_to_the_beginning(claire: Member, client: Client) -> None:
    begin(client, claire)
    digits = code(claire.person.email)
    answers = [client.post("/connexion/code", {"code": wrong(digits)}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 410]
    assert "Vos enveloppes vous attendent toujours" in text_of(answers[-1])
    assert client.cookies[COOKIE].value == ""
    assert not Session.objects.exists()


def test_another_code_can_be_asked_three_times(claire: Member, client: Client) -> None:
    begin(client, claire)
    for _ in range(3):
        assert client.post("/connexion/code/renvoyer").status_code == 303
    assert "Renvoyer un code" not in text_of(client.get("/connexion/code"))
    client.post("/connexion/code/renvoyer")
    assert len(mails(claire.person.email, "code")) == 4


@pytest.mark.attack(25)
def test_looking_at_the_code_page_spends_nothing(claire: Member, client: Client) -> None:
    begin(client, claire)
    for _ in range(20):
        client.get("/connexion/code")
        client.head("/connexion/code")
        client.get("/connexion/code?code=123456")
    assert "Il reste 5 essais" in text_of(client.get("/connexion/code"))


@pytest.mark.usefixtures("early")
def test_too_many_tries_say_how_long_to_wait_and_keep_the_address(claire: Member, client: Client) -> None:
    for _ in range(10):
        begin(client, claire, "Tilleul-verveine-8")
    answer = begin(client, claire)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert "réessayez dans" in text_of(answer)
    assert claire.person.email in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


class TestGoingOn:
    def test_one_comes_back_where_one_wanted_to_go(self, claire: Member, client: Client) -> None:
        answer = client.get("/compte/securite?tri=date")
        assert answer["Location"] == "/connexion?next=%2Fcompte%2Fsecurite%3Ftri%3Ddate"
        answer = begin(client, claire, next="/compte/securite?tri=date")
        assert answer["Location"] == "/connexion/code?next=%2Fcompte%2Fsecurite%3Ftri%3Ddate"
        answer = client.post(
            "/connexion/code", {"code": code(claire.person.email), "next": "/compte/securite?tri=date"}
        )
        assert answer["Location"] == "/compte/securite?tri=date"

    @pytest.mark.attack(29)
    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://voleur.example/",
            "//voleur.example/",
            "///voleur.example/",
            "/\\voleur.example/",
            "\\\\voleur.example",
            "/\t/voleur.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "http:voleur.example",
            " //voleur.example",
            "/%0d%0aLocation:x" * 100,
        ],
    )
    def test_nobody_is_led_elsewhere(self, claire: Member, client: Client, elsewhere: str) -> None:
        begin(client, claire, next=elsewhere)
        answer = client.post("/connexion/code", {"code": code(claire.person.email), "next": elsewhere})
        assert (answer.status_code, answer["Location"]) == (303, "/")
        assert client.get("/connexion", {"next": elsewhere})["Location"] == "/"

    def test_a_form_sent_without_a_session_leads_back_to_its_page(self, client: Client, db: None) -> None:
        answer = client.post("/compte", {}, headers={"referer": "http://testserver/compte?a=1"})
        assert answer["Location"] == "/connexion?next=%2Fcompte%3Fa%3D1"
        answer = client.post("/compte", {}, headers={"referer": "http://voleur.example/compte"})
        assert answer["Location"] == "/connexion"
        answer = client.post("/compte", {}, headers={"referer": "http://["})
        assert answer["Location"] == "/connexion"

    def test_a_script_is_told_in_json(self, client: Client, db: None) -> None:
        answer = client.get("/compte", headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "signed-out")


@pytest.mark.attack(29)
class TestForgery:
    @pytest.mark.parametrize(
        "path",
        [
            "/connexion",
            "/connexion/code",
            "/connexion/code/renvoyer",
            "/deconnexion",
            "/verrou",
            "/verrou/fermer",
            "/inscription",
            "/acces-perdu",
            "/compte",
            "/compte/notifications",
            "/compte/securite",
            "/compte/securite/mot-de-passe",
            "/compte/securite/code-de-secours",
        ],
    )
    def test_a_form_from_another_site_does_nothing(self, claire: Member, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.cookies = sign_in(claire).cookies
        assert client.post(path, {}).status_code == 403
        assert client.get("/compte").status_code == 200

    def test_our_own_form_carries_what_it_needs(self, claire: Member) -> None:
        client = Client(enforce_csrf_checks=True)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/connexion").content.decode())
        assert token
        assert client.cookies["__Host-csrf"]["secure"] is True
        assert begin(client, claire, csrfmiddlewaretoken=token[1]).status_code == 303

    def test_nothing_personal_is_kept_by_a_proxy_or_a_browser(self, claire: Member) -> None:
        for path in ("/compte", "/compte/securite", "/connexion", "/absente"):
            assert sign_in(claire).get(path)["Cache-Control"] == "no-store"


class TestLeaving:
    def test_it_ends_the_session_everywhere(self, claire: Member) -> None:
        client = sign_in(claire)
        kept = client.cookies[COOKIE].value
        answer = client.post("/deconnexion")
        assert (answer.status_code, answer["Location"]) == (303, "/connexion")
        client.cookies[COOKIE] = kept
        assert client.get("/compte").status_code == 303

    def test_a_link_to_it_does_nothing(self, claire: Member) -> None:
        client = sign_in(claire)
        assert client.get("/deconnexion").status_code == 405
        assert client.get("/compte").status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "é", "A" * 43, "A" * 5000, "../../etc", "%00"])
def test_a_made_up_cookie_is_nobody(client: Client, db: None, cookie: str) -> None:
    client.cookies[COOKIE] = cookie
    assert client.get("/compte").status_code == 303


def test_a_pending_session_is_forgotten_after_ten_minutes(claire: Member, client: Client) -> None:
    begin(client, claire)
    Session.objects.update(created_at=clock.now() - timedelta(minutes=10))
    answer = client.post("/connexion/code", {"code": code(claire.person.email)})
    assert answer.status_code == 410
