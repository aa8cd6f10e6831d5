"""What receipts and the verifier say, in French and in English. Pure.

A receipt is read years later and must say what it said: its wording belongs to its format, like a field's name, so
it stands here, beside the codes, and in no catalogue. It never claims more than an operator's log can prove.
"""

from typing import Literal

from sceau.evidence.events import DESCRIPTIONS, Event

Language = Literal["fr", "en"]

_EVENTS: dict[Event, tuple[str, str]] = {
    Event.SUBMISSION_ACCEPTANCE: ("Enveloppe scellée", "Envelope sealed"),
    Event.SUBMISSION_REJECTION: ("Scellement refusé", "Sealing refused"),
    Event.RELAY_ACCEPTANCE: ("Prise en charge par l’opérateur destinataire", "Accepted by the recipient’s operator"),
    Event.RELAY_REJECTION: ("Refus de l’opérateur destinataire", "Refused by the recipient’s operator"),
    Event.RELAY_FAILURE: ("Remise à l’opérateur destinataire impossible", "Relay to the recipient’s operator failed"),
    Event.CONTENT_CONSIGNMENT: ("Mise à la disposition du destinataire", "Placed at the recipient’s disposal"),
    Event.CONTENT_CONSIGNMENT_FAILURE: ("Mise à disposition impossible", "Could not be placed"),
    Event.CONSIGNMENT_NOTIFICATION: ("Avis remis au relais de messagerie", "Notice handed to the mail relay"),
    Event.CONSIGNMENT_NOTIFICATION_FAILURE: ("Avis non remis", "Notice not delivered"),
    Event.CONTENT_ACCESS_TRACKING: ("Enveloppe ouverte", "Envelope opened"),
    Event.CONTENT_HANDOVER: ("Contenu remis", "Content handed over"),
    Event.CONTENT_HANDOVER_FAILURE: ("Contenu détruit sans avoir été ouvert", "Content destroyed unopened"),
    Event.CONTENT_DESTROYED: ("Contenu détruit", "Content destroyed"),
    Event.ENVELOPE_EXPIRED: ("Date limite de l’expéditeur atteinte", "Sender’s expiry date reached"),
    Event.ENVELOPE_WITHDRAWN: ("Enveloppe retirée par l’expéditeur", "Envelope withdrawn by its sender"),
}

_UNKNOWN = ("Événement inconnu de ce programme :", "Event unknown to this program:")

_REASONS: dict[str, tuple[str, str]] = {
    "not-a-receipt": (
        "Ce fichier n’est pas une preuve Sceau, ou il a été modifié : il ne se relit pas.",
        "This file is not a Sceau receipt, or it was changed: it cannot be read back.",
    ),
    "pdf-unreadable": (
        "Ce PDF est abîmé ou a été modifié : il ne se lit pas jusqu’au bout.",
        "This PDF is damaged or was changed: it cannot be read to its end.",
    ),
    "pdf-unsealed": (
        "Ce PDF ne porte pas le sceau de l’opérateur, ou en porte plusieurs.",
        "This PDF does not carry the operator’s seal, or carries several.",
    ),
    "pdf-changed": (
        "Ce PDF a été modifié après avoir été scellé.",
        "This PDF was changed after it was sealed.",
    ),
    "pdf-untrusted": (
        "Le sceau de ce PDF n’est pas celui de l’opérateur nommé dans le fichier de confiance.",
        "The seal on this PDF is not that of the operator named in the trust file.",
    ),
    "attachments-differ": (
        "Les preuves jointes au PDF ne sont pas celles de la preuve principale.",
        "The proofs attached to the PDF are not those of the main receipt.",
    ),
    "checkpoint-unreadable": (
        "Le point de contrôle du journal est illisible : il a été modifié.",
        "The checkpoint of the log cannot be read: it was changed.",
    ),
    "checkpoint-untrusted": (
        "Le point de contrôle n’est signé par aucune clé de journal du fichier de confiance.",
        "The checkpoint is not signed by any log key of the trust file.",
    ),
    "checkpoint-forged": (
        "La signature du point de contrôle est fausse : le journal n’a pas signé ce texte.",
        "The signature on the checkpoint is false: the log did not sign this text.",
    ),
    "log-forks": (
        "Deux points de contrôle signés se contredisent : le journal a été réécrit. Prévenez l’opérateur.",
        "Two signed checkpoints contradict each other: the log was rewritten. Tell the operator.",
    ),
    "not-in-log": (
        "Un événement n’est pas celui que le journal a signé : lui ou sa preuve a été modifié.",
        "An event is not the one that the log signed: it or its proof was changed.",
    ),
    "record-changed": (
        "Une fiche (qui, quoi) n’est pas celle que l’événement cite : elle a été modifiée.",
        "A record (who, what) is not the one that the event cites: it was changed.",
    ),
    "no-sealing": (
        "Cette preuve ne contient pas le scellement de l’enveloppe.",
        "This receipt does not hold the sealing of the envelope.",
    ),
    "evidence-repeated": (
        "Le même événement figure deux fois.",
        "The same event stands here twice.",
    ),
    "another-envelope": (
        "Un événement ou une fiche concerne une autre enveloppe.",
        "An event or a record is about another envelope.",
    ),
    "parties-differ": (
        "Un événement cite d’autres correspondants que le scellement.",
        "An event cites other correspondents than the sealing.",
    ),
    "recipient-unknown": (
        "Un événement concerne un destinataire absent de la liste scellée.",
        "An event is about a recipient who is not in the sealed list.",
    ),
    "times-reversed": (
        "Les heures contredisent l’ordre du journal.",
        "The times contradict the order of the log.",
    ),
    "times-differ": (
        "Une fiche ne porte pas l’heure de son événement.",
        "A record does not bear the time of its event.",
    ),
    "another-message": (
        (
            "Ce message n’est pas celui qui a été scellé : son empreinte est différente. "
            "Prenez le fichier .eml tel que Sceau le donne, sans l’ouvrir ni l’enregistrer à nouveau."
        ),
        (
            "This message is not the one that was sealed: its digest differs. "
            "Take the .eml file as Sceau gives it, neither opened nor saved again."
        ),
    ),
    "no-parties": (
        "La fiche qui contient l’empreinte du message n’est plus dans cette preuve : rien à quoi le comparer.",
        "The record that holds the digest of the message is no longer in this receipt: nothing to compare with.",
    ),
}

_ESTABLISHES = (
    (
        (
            "Ces événements sont inscrits au journal de l’opérateur, dans cet ordre. Le journal est un arbre de Merkle "
            "signé : y changer, y retirer ou y insérer un événement après coup contredirait cette preuve."
        ),
        (
            "These events stand in the operator’s log, in this order. The log is a signed Merkle tree: changing, "
            "removing or inserting an event afterwards would contradict this receipt."
        ),
    ),
    (
        "Le message scellé a exactement l’empreinte indiquée : qui détient le fichier .eml peut le vérifier.",
        "The sealed message has exactly the digest shown: whoever holds the .eml file can check it.",
    ),
)

_DOES_NOT_ESTABLISH = (
    (
        "L’heure est celle de l’opérateur : elle ne vient pas d’un tiers horodateur.",
        "Times are the operator’s own: they do not come from a third-party time-stamping authority.",
    ),
    (
        "« Mise à la disposition » n’est pas « ouverte » ; « ouverte », « remis » ne disent pas que quelqu’un a lu.",
        "“At the disposal of” is not “opened”; “opened” and “handed over” do not say that a person has read.",
    ),
    (
        (
            "L’identité des personnes est celle que l’opérateur a enregistrée. Aucune qualification au sens du "
            "règlement européen eIDAS n’est revendiquée."
        ),
        (
            "People’s identity is as the operator registered it. No qualification under the European eIDAS "
            "regulation is claimed."
        ),
    ),
)


def event(code: int, language: Language) -> str:
    """What happened, as people say it; the standard's own name for events that Sceau does not show yet."""
    if code not in set(Event):  # of a newer version
        return f"{_in(language, _UNKNOWN)} {code}"
    known = Event(code)
    return _in(language, _EVENTS[known]) if known in _EVENTS else DESCRIPTIONS[known].name


def reason(code: str, language: Language) -> str:
    """Why a receipt proves nothing, as a sentence."""
    return _in(language, _REASONS[code])


def establishes(language: Language) -> tuple[str, ...]:
    return tuple(_in(language, pair) for pair in _ESTABLISHES)


def does_not_establish(language: Language) -> tuple[str, ...]:
    return tuple(_in(language, pair) for pair in _DOES_NOT_ESTABLISH)


def _in(language: Language, pair: tuple[str, str]) -> str:
    return pair[0] if language == "fr" else pair[1]
