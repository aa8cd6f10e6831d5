"""The mails themselves: recognisable, plain, one link host, nothing of the content."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from sceau.core import ids
from sceau.core.errors import Unreadable
from sceau.notify import mails, words
from sceau.notify.kinds import SWITCHABLE, Kind
from sceau.notify.notices import Message
from tests.notify.samples import AT, PERSON, SITE, message

NOTICE = ids.new()


def render(of: Message) -> EmailMessage:
    parsed = message_from_bytes(mails.render(of, notice=NOTICE, at=AT), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text(of: Message) -> str:
    return body(render(of))


def body(mail: EmailMessage) -> str:
    content: str = mail.get_content()
    return content.replace("\r\n", "\n")


def test_the_subject_of_a_code_is_exactly_what_people_know() -> None:
    raw = mails.render(message(Kind.CODE), notice=NOTICE, at=AT)
    assert render(message(Kind.CODE))["Subject"] == "[259956] - Votre code d'accès Sceau"
    # What the simplest client shows: each encoded word decoded on its own (RFC 2047 §6.2).
    header = re.search(rb"^Subject: ((?:.*\r\n)(?:[ \t].*\r\n)*)", raw, re.MULTILINE)
    assert header
    assert str(make_header(decode_header(header[1].decode("ascii")))).strip() == "[259956] - Votre code d'accès Sceau"


@pytest.mark.attack(10)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_mail_is_plain_marked_as_automatic_and_leads_only_here(kind: Kind, language: str) -> None:
    mail = render(message(kind, language=language))
    assert mail.get_content_type() == "text/plain"
    assert mail["Message-ID"] == f"<{NOTICE.hex}@localhost.localdomain>"
    assert [mail["Auto-Submitted"], mail["Precedence"], mail["X-Auto-Response-Suppress"]] == [
        "auto-generated",
        "bulk",
        "All",
    ]
    assert mail["X-Sceau-Notice"] == kind
    assert (mail["From"], mail["To"]) == ("Sceau <sceau@localhost.localdomain>", "claire@tilleuls.example")
    links = re.findall(r"\w+://\S*", body(mail))
    assert len(links) >= 2
    assert all(link.startswith(f"{SITE}/") for link in links)
    assert f"{SITE}/aide" in links
    assert (f"{SITE}/compte/notifications" in links) == (kind in SWITCHABLE)
    assert all(
        len(line) <= 998 and line.isascii() for line in mails.render(message(kind), notice=NOTICE, at=AT).split(b"\r\n")
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_text_is_translated(kind: Kind) -> None:
    french, english = render(message(kind)), render(message(kind, language="en"))
    assert french["Subject"] != english["Subject"]
    paragraphs = set(body(french).split("\n\n")) & set(body(english).split("\n\n"))
    assert [paragraph for paragraph in paragraphs if not paragraph.startswith(SITE)] == []


def test_a_received_envelope_says_who_what_kind_how_many_and_until_when() -> None:
    mail = render(message(Kind.RECEIVED))
    assert mail["Subject"] == "Dr Marc Benali vous a adressé une enveloppe"
    assert body(mail).split("\n\n")[:7] == [
        "Bonjour,",
        "Dr Marc Benali (Centre hospitalier des Écrins) vous a adressé une enveloppe scellée.",
        "Nature\N{NO-BREAK SPACE}: compte rendu",
        "2 documents joints",
        "À ouvrir avant le\N{NO-BREAK SPACE}: 22 novembre 2026 à 15:02 (heure de Paris)",
        "Elle vous attend ici\N{NO-BREAK SPACE}:",
        "http://localhost:8000/enveloppes/1",
    ]


def test_an_envelope_without_label_says_none() -> None:
    assert "Nature" not in text(message(Kind.RECEIVED, label=""))


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("fr", 0, "0 document joint"),
        ("fr", 1, "1 document joint"),
        ("fr", 2, "2 documents joints"),
        ("en", 0, "0 attached documents"),
        ("en", 1, "1 attached document"),
        ("en", 2, "2 attached documents"),
    ],
)
def test_plurals_are_those_of_the_language(language: str, count: int, expected: str) -> None:
    assert expected in text(message(Kind.RECEIVED, language=language, documents=count)).split("\n\n")


def test_the_reader_s_own_word_comes_first() -> None:
    sealed = words.seal(PERSON, "Tournesol")
    assert text(message(Kind.CODE, word=sealed)).startswith(
        "Votre mot de reconnaissance\N{NO-BREAK SPACE}: Tournesol\n\nBonjour,"
    )
    assert text(message(Kind.CODE)).startswith("Bonjour,")


def test_the_word_of_somebody_else_is_never_shown() -> None:
    with pytest.raises(Unreadable):
        text(message(Kind.CODE, word=words.seal(ids.new(), "Tournesol")))


def test_the_help_of_the_settings_is_in_every_mail(settings: Settings) -> None:
    settings.SCEAU_HELP_PHONE, settings.SCEAU_HELP_MAIL = "01 23 45 67 89", "aide@exemple.fr"
    settings.SCEAU_OPERATOR = "Messagerie des Écrins"
    mail = render(message(Kind.WELCOME))
    assert "Téléphone\N{NO-BREAK SPACE}: 01 23 45 67 89\nCourriel\N{NO-BREAK SPACE}: aide@exemple.fr" in body(mail)
    assert mail["From"].addresses[0].display_name == "Messagerie des Écrins"


def test_the_same_notice_rendered_again_is_the_same_mail() -> None:
    assert mails.render(message(Kind.OPENED), notice=NOTICE, at=AT) == mails.render(
        message(Kind.OPENED), notice=NOTICE, at=AT
    )


@pytest.mark.attack(7)
def test_a_name_cannot_add_a_header() -> None:
    mail = render(message(Kind.RECEIVED, sender="Dr X\r\nBcc: espion@exemple.fr\r\n\r\nClic"))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Dr X Bcc: espion@ exemple. fr Clic vous a adressé une enveloppe"


def test_an_address_beyond_ascii_is_written_in_utf_8() -> None:
    raw = mails.render(message(Kind.CODE, to="inès@buech.example"), notice=NOTICE, at=AT)
    assert "To: inès@buech.example\r\n".encode() in raw


def test_punctuation_keeps_with_its_word_where_a_mail_program_wraps_lines() -> None:
    for kind in Kind:
        assert not re.search(r" [:;?!»]|« ", text(message(kind)))
