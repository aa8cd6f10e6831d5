"""A notice as the relay gets it: plain text, the same look every time, so that imitations stand out.

docs/decisions says why there is no HTML.
"""

import re
from collections.abc import Callable
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from sceau.notify import account_texts, envelope_texts, links, words
from sceau.notify.kinds import SWITCHABLE, Kind
from sceau.notify.notices import Message
from sceau.notify.texts import Text, Values

WRITERS: dict[Kind, Callable[[Values], Text]] = {
    Kind.CODE: account_texts.code,
    Kind.SIGNUP: account_texts.signup,
    Kind.SIGNUP_KNOWN: account_texts.signup_known,
    Kind.WELCOME: account_texts.welcome,
    Kind.RECOVERY: account_texts.recovery,
    Kind.RECOVERY_UNKNOWN: account_texts.recovery_unknown,
    Kind.RECOVERY_WAITING: account_texts.recovery_waiting,
    Kind.RECOVERY_DONE: account_texts.recovery_done,
    Kind.NEW_DEVICE: account_texts.new_device,
    Kind.PASSWORD_CHANGED: account_texts.password_changed,
    Kind.RECEIVED: envelope_texts.received,
    Kind.SEALED: envelope_texts.sealed,
    Kind.OPENED: envelope_texts.opened,
    Kind.FAILED: envelope_texts.failed,
    Kind.EXPIRING: envelope_texts.expiring,
    Kind.DESTROYED: envelope_texts.destroyed,
    Kind.WITHDRAWN: envelope_texts.withdrawn,
}


def render(message: Message, *, notice: UUID, at: datetime) -> bytes:
    """The octets to submit. Twice the same notice gives twice the same mail, so a double is recognised.

    `at`: when the notice was queued. Raises Unreadable for a word that is not this person's.
    """
    with translation.override(message.language):
        text = WRITERS[Kind(message.kind)](Values(message.context, message.zone))
        body = _bound("\n\n".join([*_greeting(message), *text.paragraphs, *_footer(message)]))
    mail = EmailMessage(policy=policy.SMTP if message.to.isascii() else policy.SMTPUTF8)
    for name, value in _headers(message, notice, at):
        mail[name] = value
    mail["Subject"] = text.subject
    mail.set_content(body + "\n", cte="quoted-printable")
    return mail.as_bytes()


def _bound(text: str) -> str:
    """No line begins with a colon: a mail program that wraps lines keeps French punctuation with its word."""
    return re.sub(r" (?=[:;?!»](?:\s|$))|(?<=«) ", "\N{NO-BREAK SPACE}", text)


def _headers(message: Message, notice: UUID, at: datetime) -> list[tuple[str, str | Address]]:
    local, _at, domain = settings.SCEAU_MAIL_FROM.rpartition("@")
    return [
        ("From", Address(settings.SCEAU_OPERATOR, local, domain)),
        ("To", message.to),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{notice.hex}@{domain}>"),
        # No robot should answer (RFC 3834; the two others for those that do not know it).
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "bulk"),
        ("X-Sceau-Notice", message.kind),  # for the reader's filters; says nothing that the mail does not
    ]


def _greeting(message: Message) -> list[str]:
    """The reader's own word first: it says that the rest is ours."""
    if not message.word or not message.person:
        return [_("Bonjour,")]
    word = words.open(message.person, message.word)
    return [_("Votre mot de reconnaissance : %(word)s") % {"word": word}, _("Bonjour,")]


def _footer(message: Message) -> list[str]:
    operator, site = settings.SCEAU_OPERATOR, links.page(links.HOME)
    parts = [
        _(
            "Courriel automatique de %(operator)s. Nous ne demandons jamais votre mot de passe par courriel ; tous nos"
            " liens commencent par %(site)s"
        )
        % {"operator": operator, "site": site},
        "\n".join([_("Aide : %(link)s") % {"link": links.page(links.HELP)}, *_help_lines()]),
    ]
    if message.kind in SWITCHABLE:
        choice = _("Choisir ces courriels, et le mot de reconnaissance qu’ils montrent : %(link)s")
        parts.append(choice % {"link": links.page(links.SWITCHES)})
    return parts


def _help_lines() -> list[str]:
    phone, mail = settings.SCEAU_HELP_PHONE, settings.SCEAU_HELP_MAIL
    return [
        *([_("Téléphone : %(phone)s") % {"phone": phone}] if phone else []),
        *([_("Courriel : %(mail)s") % {"mail": mail}] if mail else []),
    ]
