import re

import pytest
from django.test import Client

from sceau.accounts.models import Person
from tests.people import Member, link, mails, text_of

ADDRESS = "jean.dupuis@nouveau.example"
IDENTITY = {"civility": "M.", "given_name": "Jean", "family_name": "Dupuis", "profession": "Pharmacien"}
PASSWORD = "Vent-frais 7 collines"
FORM = {**IDENTITY, "password": PASSWORD, "repeat": PASSWORD}

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(client: Client) -> str:
    """The page behind the mailed link."""
    client.post("/inscription", {"address": ADDRESS})
    return link(ADDRESS, "signup")


def test_from_the_address_to_the_mailbox(client: Client, path: str) -> None:
    assert ADDRESS in text_of(client.get(path))
    welcome = client.post(path, FORM)
    assert welcome.status_code == 200
    assert "Votre code de secours" in text_of(welcome)
    assert Person.objects.get().name == "M. Jean Dupuis"


def test_it_signs_nobody_in(client: Client, path: str) -> None:
    client.post(path, FORM)
    assert client.get("/compte")["Location"].startswith("/connexion")


def test_the_recovery_code_is_shown_once(client: Client, path: str) -> None:
    shown = text_of(client.post(path, FORM))
    again = client.post(path, FORM)
    assert again.status_code == 410
    assert "a déjà servi" in text_of(again)
    code = next(word for word in shown.split() if word.count("-") == 7)
    assert code not in text_of(client.get("/bienvenue"))


def test_an_address_that_no_message_can_carry_gets_no_account(client: Client) -> None:
    answer = client.post("/inscription", {"address": "chloé@nouveau.example"})
    assert answer.status_code == 422
    assert "Ce n’est pas une adresse" in text_of(answer)


@pytest.mark.attack(24)
def test_a_known_address_reads_the_same_page(claire: Member) -> None:
    known, unknown = Client(), Client()
    answers = [
        known.post("/inscription", {"address": claire.person.email}),
        unknown.post("/inscription", {"address": ADDRESS}),
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"] == "/inscription/envoyee"
    assert list(answers[0].headers) == list(answers[1].headers)
    assert text_of(known.get("/inscription/envoyee")) == text_of(unknown.get("/inscription/envoyee"))


@pytest.mark.attack(25)
def test_a_link_scanner_uses_nothing_up(client: Client, path: str) -> None:
    for _ in range(5):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert client.options(path).status_code == 405
    assert not Person.objects.exists()
    assert client.post(path, FORM).status_code == 200


@pytest.mark.parametrize("token", ["A" * 43, "x", "é", "envoyee2"])
def test_a_made_up_link_says_how_to_get_one(client: Client, token: str) -> None:
    answer = client.get(f"/inscription/{token}")
    assert answer.status_code == 410
    assert "demandez un nouveau lien" in text_of(answer)


def test_a_weak_password_is_told_each_reason_and_keeps_the_rest(client: Client, path: str) -> None:
    answer = client.post(path, {**FORM, "password": "azerty", "repeat": "azerty"})
    assert answer.status_code == 422
    for reason in ("trop court", "une majuscule", "un chiffre", "un signe autre"):
        assert reason in text_of(answer)
    assert 'value="Dupuis"' in answer.content.decode()
    assert 'value="azerty"' not in answer.content.decode()
    assert client.post(path, FORM).status_code == 200


def test_the_focus_goes_to_the_first_field_that_is_to_be_mended(client: Client, path: str) -> None:
    page = client.post(path, {**FORM, "family_name": "", "password": "faible"}).content.decode()
    (led,) = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert 'name="family_name"' in led


def test_two_different_passwords_are_refused(client: Client, path: str) -> None:
    answer = client.post(path, {**FORM, "repeat": PASSWORD + "."})
    assert answer.status_code == 422
    assert "ne sont pas les mêmes" in text_of(answer)


@pytest.mark.attack(11)
@pytest.mark.parametrize(
    "name",
    [
        "Claire <claire@ars.example>",
        "claire@ars.example",
        'Claire" <',
        "Cla\u202eire",
        "Cla\u200bire",
        "Claire\x07",
        "\x00",
    ],
)
def test_a_name_cannot_pass_for_an_address_or_hide_something(client: Client, path: str, name: str) -> None:
    answer = client.post(path, {**FORM, "family_name": name})
    assert answer.status_code == 422
    assert not Person.objects.exists()


def test_line_breaks_in_a_name_become_spaces(client: Client, path: str) -> None:
    assert client.post(path, {**FORM, "family_name": "Dupuis\r\nBcc: tous"}).status_code == 200
    assert Person.objects.get().family_name == "Dupuis Bcc: tous"


def test_the_mail_and_the_account_speak_the_visitors_language() -> None:
    client = Client(headers={"accept-language": "en-GB,en;q=0.9"})
    client.post("/inscription", {"address": ADDRESS})
    assert mails(ADDRESS, "signup")[0].language == "en"
    client.post(link(ADDRESS, "signup"), FORM)
    assert Person.objects.get().language == "en"


@pytest.mark.usefixtures("early")
def test_too_many_askings_say_how_long_to_wait(client: Client) -> None:
    for _ in range(3):
        client.post("/inscription", {"address": ADDRESS})
    answer = client.post("/inscription", {"address": ADDRESS})
    assert answer.status_code == 429
    assert "Rien n’est perdu" in text_of(answer)
    assert len(mails(ADDRESS)) == 3
