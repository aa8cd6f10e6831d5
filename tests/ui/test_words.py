"""What pages say: one language at a time, and French as it is printed."""

import ast
import re
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.http import HttpResponseBase
from django.test import Client

import sceau
from sceau.accounts.models import Person
from sceau.core import clock
from sceau.demo.cast import CLAIRE, MARC
from sceau.evidence import integrator
from tests import people
from tests.envelopes import desk
from tests.people import Member, sign_in

LOCALE = Path(sceau.__file__).parent / "ui" / "locale"
PAGES = ("/recues", "/envoyees", "/brouillons", "/corbeille", "/rediger", "/compte", "/compte/notifications",
         "/compte/securite", "/compte/securite/mot-de-passe", "/compte/securite/code-de-secours", "/aide")  # fmt: skip
DOORS = ("/connexion", "/inscription", "/inscription/envoyee", "/inscription/rien", "/acces-perdu", "/bienvenue",
         "/acces-perdu/envoye", "/acces-perdu/rien", "/nulle-part", "/verrou/fermer", "/aide")  # fmt: skip
# Letters that English does without, and short words that it has not. What people wrote is English in this test.
FRENCH = re.compile(r"(?i)[àâçéèêëîïôùûüœ«»]|\b(?:le|la|les|des|du|une|est|vous|votre|pour|avec|sans|qui|dans|sur)\b")
# What the two wrote of themselves is shown as they wrote it; a language and two time zones keep their own names.
OWN = [own for who in (CLAIRE, MARC) for own in (f"{who.given_name} {who.family_name}", who.profession, who.structure)]
NAMES = re.compile("|".join(map(re.escape, (*OWN, "Français", "Barthélemy", "Réunion"))))
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
READ_ALOUD = re.compile(r'(?:title|aria-label|placeholder|alt|data-(?:busy|offline|wait|doing|show|hide))="([^"]*)"')


def said(page: str) -> list[str]:
    """Everything that is shown or read aloud, without what the persons of the test say of themselves."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    pieces = re.split(r"<[^>]*>", shown) + READ_ALOUD.findall(shown)
    return [NAMES.sub("", unescape(piece)) for piece in pieces if piece.strip()]


def french(page: str) -> list[str]:
    return [piece for piece in said(page) if FRENCH.search(piece)]


def shown(browser: Client, answer: HttpResponseBase) -> str:
    """The page, or the one it leads to."""
    while answer.status_code in (302, 303):
        answer = browser.get(answer["Location"])
    return b"".join(answer).decode()  # type: ignore[arg-type]  # a response iterates over its octets


@pytest.fixture
def english(claire: Member, marc: Member) -> Client:
    """Claire's browser once she chose English, with something in every folder."""
    Person.objects.filter(id=claire.person.id).update(language="en", profession="")
    by = people.actor(claire)
    for _ in range(2):
        desk.send(people.actor(marc), str(claire.address), ("scan.pdf", b"x"), subject="Report", text="Hello.")
    desk.open_copy(desk.send(by, str(marc.address), subject="Question", text="Hello.", label="advice"), marc)
    desk.write(by, "nobody@example.com", ("scan.pdf", b"x"), subject="Begun", text="Hello.")
    return sign_in(claire)


def test_no_french_shows_on_english_pages(english: Client) -> None:
    leaks = {path: french(shown(english, english.get(path))) for path in PAGES}
    assert {path: found for path, found in leaks.items() if found} == {}


def test_no_french_shows_on_an_envelope_in_english(english: Client) -> None:
    for folder in ("/recues", "/envoyees"):
        place = english.get(folder).context["pane"].rows[0].href
        answers = [english.get(place), english.post(f"{place}/ouvrir"), english.get(f"{place}/detruire")]
        integrator.step(at=clock.now())
        answers += [english.get(place), english.post(f"{place}/jeter"), english.get(place)]
        assert [french(shown(english, answer)) for answer in answers] == [[]] * 6


def test_no_french_shows_when_english_refuses(english: Client) -> None:
    draft = english.get("/brouillons").context["pane"].rows[0].href
    for fields in (
        {"to": ""},
        {"to": "x@@"},
        {"to": "x@example.com"},
        {"to": "x@example.com", "expires_on": "2020-01-01"},
    ):
        answer = english.post(f"{draft}/sceller", {"revision": "1", "subject": "Begun", "body": "Hello.", **fields})
        assert french(answer.content.decode()) == [], fields


def test_the_search_would_find_french(claire: Member) -> None:
    browser = sign_in(claire)
    assert all(french(shown(browser, browser.get(path))) for path in PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("path", DOORS)
def test_no_french_shows_at_the_english_doors(path: str) -> None:
    assert french(Client(headers={"Accept-Language": "en"}).get(path).content.decode()) == []


def test_french_marks_stay_with_their_word() -> None:
    """In everything a page may say, a no-break space stands before : ; ? ! » and after «."""
    with (LOCALE / "en" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    broken = [
        text
        for message in catalogue
        if message.id and any(where.startswith(("web/", "ui/")) for where, _line in message.locations)
        for text in ([message.id] if isinstance(message.id, str) else message.id)
        if re.search(r"\S [:;?!»]|« \S", text)
    ]
    assert broken == []


def test_no_word_hides_in_a_formatted_string_where_xgettext_does_not_look() -> None:
    assert [hidden for path in Path(sceau.__file__).parent.rglob("*.py") for hidden in hidden_words(path)] == []


def hidden_words(path: Path) -> list[str]:
    """Calls of gettext within an f-string: no catalogue has them, so they stay French in every language."""
    formatted = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)]
    calls = [node for whole in formatted for node in ast.walk(whole) if isinstance(node, ast.Call)]
    return [f"{path.name}:{call.lineno}" for call in calls if ast.unparse(call.func) in GETTEXT]
