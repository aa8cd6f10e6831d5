"""`sceau verify RECEIPT [--message FILE.eml] --trust operator.pem`: offline, without settings or database (E10).

Exit 0: everything checks out. 1: it does not, and the sentence says what. 2: the command itself cannot be run.
"""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, cast

from sceau.core.errors import Malformed
from sceau.evidence import verify, words
from sceau.evidence.reasons import Unproven
from sceau.evidence.trust import Trust
from sceau.evidence.verify import Outcome, Step
from sceau.evidence.words import Language

_HOLDS, _DOES_NOT, _USAGE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """The exit status; the verdict goes to standard output, trouble with the command to standard error."""
    _silence_libraries()
    asked = _parser().parse_args(argv)
    language = cast(Language, asked.lang)  # argparse kept it to the two
    try:
        trust = Trust.parse(asked.trust.read_text(encoding="utf-8"))
        receipt = asked.receipt.read_bytes()
        outcome = _verify(receipt, trust, asked.message)
    except OSError as error:
        return _cannot(language, f"{error.filename} : {error.strerror}")
    except (Malformed, UnicodeDecodeError):
        return _cannot(language, _say(language, "trust-unreadable"))
    except Unproven as reason:
        print(_say(language, "fails"), words.reason(reason.code, language), f"[{reason.code}]")
        return _DOES_NOT
    for line in _report(outcome, trust, language):
        print(line)
    return _HOLDS


def _verify(receipt: bytes, trust: Trust, message: Path | None) -> Outcome:
    if message is None:
        return verify.verify(receipt, trust)
    with message.open("rb") as file:
        return verify.verify(receipt, trust, file)


def _silence_libraries() -> None:
    """Their remarks on a broken file would only blur the verdict."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(_USAGE, f"sceau verify : {message}\n")


def _parser() -> _Parser:
    parser = _Parser(prog="sceau verify", description="Vérifie une preuve Sceau hors ligne.", allow_abbrev=False)
    parser.add_argument("receipt", type=Path, metavar="PREUVE", help="la preuve : PDF ou JSON")
    parser.add_argument("--message", type=Path, metavar="FICHIER.eml", help="le message, tel que Sceau le donne")
    parser.add_argument("--trust", type=Path, required=True, metavar="operator.pem", help="les clés de l’opérateur")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="langue de la réponse")
    return parser


def _cannot(language: Language, why: str) -> int:
    print(_say(language, "cannot"), why, file=sys.stderr)
    return _USAGE


def _report(outcome: Outcome, trust: Trust, language: Language) -> Iterator[str]:
    yield _say(language, "holds")
    yield ""
    yield f"{_say(language, 'operator')} : {trust.operator}"
    yield f"{_say(language, 'envelope')} : {outcome.receipt.envelope}"
    yield from _parties(outcome.parties, language)
    yield ""
    for step in outcome.steps:
        yield _step(step, outcome.parties, language)
    yield ""
    for head in outcome.checkpoints:
        yield f"{_say(language, 'log')} : {head.origin}, {head.size}"
    yield _say(language, "message-same" if outcome.message_checked else "message-not-given")
    yield _say(language, "pdf-sealed" if outcome.pdf_checked else "json-only")
    yield ""
    yield _say(language, "establishes")
    yield from (f"- {text}" for text in words.establishes(language))
    yield _say(language, "does-not-establish")
    yield from (f"- {text}" for text in words.does_not_establish(language))


def _parties(parties: dict[str, Any] | None, language: Language) -> Iterator[str]:
    if parties is None:
        yield _say(language, "parties-erased")
        return
    yield f"{_say(language, 'sender')} : {_person(parties.get('by'))} {_address(parties.get('sender'))}"
    for number, recipient in enumerate(parties.get("recipients", []), 1):
        yield f"{_say(language, 'recipient')} {number} : {_person(recipient)} {_address(recipient)}"
    yield f"{_say(language, 'digest')} : {_printable(parties.get('digest'))}"


def _step(step: Step, parties: dict[str, Any] | None, language: Language) -> str:
    who = _person((step.content or {}).get("person")) or (_recipient(step.recipient, parties) if parties else "")
    of = f" ({_say(language, 'recipient').lower()} {step.recipient + 1})" if step.recipient is not None else ""
    told = f", {who}" if who else ""
    return f"{_time(step.at)}  {words.event(step.event, language)}{of}{told}  [{step.origin} #{step.index}]"


def _recipient(index: int | None, parties: dict[str, Any]) -> str:
    return "" if index is None else _person(parties["recipients"][index])


def _person(identity: object) -> str:
    return _printable(identity.get("name", "")) if isinstance(identity, dict) else ""


def _address(identity: object) -> str:
    return f"<{_printable(identity.get('value', ''))}>" if isinstance(identity, dict) else ""


def _printable(text: object) -> str:
    """Names come from the receipt: no line break or terminal code of theirs may draw a verdict."""
    return "".join(character if character.isprintable() else "·" for character in str(text))


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def _say(language: Language, what: str) -> str:
    french, english = _SENTENCES[what]
    return french if language == "fr" else english


_SENTENCES = {
    "holds": ("Preuve vérifiée : tout concorde.", "Receipt verified: everything agrees."),
    "fails": ("Cette preuve ne tient pas.", "This receipt does not hold."),
    "cannot": ("Vérification impossible :", "Cannot verify:"),
    "trust-unreadable": (
        "le fichier de confiance ne se lit pas. Demandez-le à nouveau à l’opérateur.",
        "the trust file cannot be read. Ask the operator for it again.",
    ),
    "operator": ("Opérateur", "Operator"),
    "envelope": ("Enveloppe", "Envelope"),
    "sender": ("Expéditeur", "Sender"),
    "recipient": ("Destinataire", "Recipient"),
    "digest": ("Empreinte SHA-256 du message", "SHA-256 digest of the message"),
    "log": ("Journal, nombre d’événements signés", "Log, number of signed events"),
    "parties-erased": (
        "La fiche des correspondants n’est plus dans cette preuve.",
        "The record of the correspondents is no longer in this receipt.",
    ),
    "message-same": (
        "Le message donné est exactement celui qui a été scellé.",
        "The message given is exactly the one that was sealed.",
    ),
    "message-not-given": (
        "Aucun message n’a été comparé (--message).",
        "No message was compared (--message).",
    ),
    "pdf-sealed": (
        "Le PDF porte le sceau de l’opérateur et n’a pas changé depuis.",
        "The PDF carries the operator’s seal and has not changed since.",
    ),
    "json-only": ("Preuve au format JSON.", "Receipt in JSON."),
    "establishes": ("Ce que cela établit :", "What this establishes:"),
    "does-not-establish": ("Ce que cela n’établit pas :", "What this does not establish:"),
}
