"""Rich text composed here: a few tags go out, the plain text is the same words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from sceau.core import clock
from sceau.envelopes import options, richtext, rules, sending
from sceau.envelopes.models import Copy
from sceau.evidence import records
from tests import people
from tests.envelopes import desk
from tests.people import Member

HTML = "<div>Chère <b>consœur</b>,</div><ul><li>un</li><li>deux</li></ul>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>Un</div><div>Deux</div>", "Un\nDeux"),
        ("<div>Un<br></div><div><br></div><div>Deux</div>", "Un\n\nDeux"),
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("Un<br>Deux", "Un\nDeux"),
        (HTML, "Chère consœur,\n\n- un\n- deux"),
        ("<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>", "1. a\n  1. b\n2. c"),
        ("<p>Il dit :</p><blockquote><div>oui</div><div>non</div></blockquote>", "Il dit :\n\n> oui\n> non"),
        ('<a href="https://exemple.fr/a">ici</a>', "ici <https://exemple.fr/a>"),
        ('<a href="https://exemple.fr/a">https://exemple.fr/a</a>', "https://exemple.fr/a"),
        ('<a href="mailto:a@b.fr">a@b.fr</a>', "a@b.fr"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("a   b\n c", "a b c"),
        ("1 &lt; 2 &amp; 3&nbsp;€", "1 < 2 & 3\u00a0€"),
    ],
)
def test_plain_text_says_the_same(html: str, text: str) -> None:
    assert richtext.plain(html) == text


@pytest.mark.attack(17)
@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>Bonjour",
        '<img src="https://pisteur.example/x.gif">Bonjour',
        '<b onclick="alert(1)" style="position:fixed">Bonjour</b>',
        '<a href="javascript:alert(1)">Bonjour</a>',
        "<style>@import 'x'</style>Bonjour",
        "<svg><style><img src=x onerror=alert(1)></style></svg>Bonjour",
        "<iframe srcdoc='x'></iframe>Bonjour",
        "<form action=//x><input>Bonjour</form>",
    ],
)
def test_what_leaves_holds_words_and_nothing_that_acts(html: str) -> None:
    kept = richtext.clean(html)
    assert not re.search(r"script|img|onclick|style|src|svg|iframe|form|input|import", kept)
    assert richtext.plain(kept) == "Bonjour"


def test_formatting_without_a_word_is_no_letter() -> None:
    assert richtext.clean("<div><br></div><b></b>") == ""


@given(st.text(max_size=300))
def test_cleaning_is_idempotent_and_text_never_fails(html: str) -> None:
    once = richtext.clean(html)
    assert richtext.clean(once) == once
    assert isinstance(richtext.plain(html), str)


@given(
    st.lists(
        st.sampled_from(["<b>", "</b>", "<ul>", "</ul>", "<li>", "<blockquote>", "</blockquote>", "<pre>", "a", "<br>"])
    )
)
def test_whatever_is_nested_ends(pieces: list[str]) -> None:
    assert richtext.plain(richtext.clean("".join(pieces))).count("a") == "".join(pieces).count("a")


def test_a_formatted_letter_is_sealed_twice_told_and_its_documents_are_its_documents(
    claire: Member, marc: Member
) -> None:
    by = people.actor(claire)
    typed = f"{HTML}<script>x</script>"
    envelope = desk.send(by, str(marc.address), ("a.pdf", b"%PDF"), html=typed, text="autre chose")
    letter = desk.read(desk.copy_of(envelope, marc), people.actor(marc))
    assert letter.text() == "Chère consœur,\n\n- un\n- deux"
    kinds = [(part.number, part.content_type) for part in letter.summary.parts]
    assert kinds == [("1.1", "text/plain"), ("1.2", "text/html"), ("2", "application/pdf")]
    assert [part.name for part in letter.summary.documents] == ["a.pdf"]
    assert envelope.documents == 1
    assert letter.html() == HTML


def test_too_much_formatting_is_refused(claire: Member, marc: Member) -> None:
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), html="<b>" * (richtext.LIMIT // 3 + 1))
    with pytest.raises(rules.TooLong):
        sending.seal(draft, by=by, at=clock.now())


class TestPatientLine:
    """What the patient said, sealed with the message; that it was said, in the evidence."""

    def test_it_ends_the_letter_and_stands_in_the_sealed_record(
        self, claire: Member, marc: Member, settings: Settings
    ) -> None:
        settings.SCEAU_PATIENT_LINE = True
        by = people.actor(claire)
        envelope = desk.send(by, str(marc.address), html="<p>Bonjour</p>", patient="agrees", patient_on="2026-11-20")
        letter = desk.read(desk.copy_of(envelope, marc), people.actor(marc))
        line = "Le patient a donné son accord à cet échange le 20/11/2026."
        assert letter.text() == f"Bonjour\n\n{line}\n"
        assert letter.html() == f"<p>Bonjour</p><p>{line}</p>"
        _, told = records.open_many(envelope.id, by.keys)[envelope.commitment]
        assert told["patient"] == {"said": "agrees", "on": "2026-11-20"}

    def test_an_installation_without_it_seals_nothing_of_it(self, claire: Member, marc: Member) -> None:
        by = people.actor(claire)
        envelope = desk.send(by, str(marc.address), patient="agrees", patient_on="2026-11-20")
        assert desk.read(desk.own_copy(envelope, by), by).text() == "Bonjour."
        assert "patient" not in records.open_many(envelope.id, by.keys)[envelope.commitment][1]

    @pytest.mark.parametrize("day", ["2126-01-01", "hier"])
    def test_a_day_that_has_not_come_is_refused(
        self, claire: Member, marc: Member, settings: Settings, day: str
    ) -> None:
        settings.SCEAU_PATIENT_LINE = True
        with pytest.raises(options.BadPatientDay):
            desk.send(people.actor(claire), str(marc.address), patient="objects", patient_on=day)
        assert not Copy.objects.exists()
