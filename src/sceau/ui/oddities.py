"""What is odd about an imported mail, in words that help its reader: what it is, and what was done about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sceau.envelopes.mime.oddities import Oddity

_SENTENCES: dict[Oddity, str | Promise] = {
    Oddity.NO_HEAD: _("Ce fichier n’a pas d’en-tête de courriel : il est montré tel quel, comme du texte."),
    Oddity.BROKEN_HEAD: _("Son en-tête est abîmé : ce qui suit la ligne illisible est montré comme du texte."),
    Oddity.LARGE_HEAD: _("Son en-tête est démesuré : seul le début en a été lu."),
    Oddity.REPEATED_FIELD: _("Il indique deux fois son expéditeur, sa date ou son objet : le premier est montré."),
    Oddity.MANY_SENDERS: _("Il indique plusieurs expéditeurs : le premier est montré."),
    Oddity.NO_SENDER: _("Il n’indique pas d’adresse d’expéditeur."),
    Oddity.DECEIVING_NAME: _("Un nom y imite une autre adresse : seule l’adresse écrite dans le courriel est montrée."),
    Oddity.HIDDEN_CHARACTERS: _("Des caractères invisibles ont été retirés des noms ou de l’objet."),
    Oddity.FOREIGN_LETTERS: _(
        "Une adresse contient des lettres qui en imitent d’autres : vérifiez-la avant de répondre."
    ),
    Oddity.BAD_DATE: _("Sa date manque ou ne se lit pas : celle de l’import est montrée."),
    Oddity.FUTURE_DATE: _("Sa date est dans l’avenir : celle de l’import est montrée."),
    Oddity.REPEATED_TYPE: _("Il se décrit de deux façons différentes : la première est suivie."),
    Oddity.NO_BOUNDARY: _("Il annonce plusieurs parties qui ne se trouvent pas : il est montré comme du texte."),
    Oddity.UNFINISHED: _("Sa fin manque : il a peut-être été coupé avant l’import."),
    Oddity.REPEATED_BOUNDARY: _("Ses parties sont mal séparées : comparez avec le fichier d’origine en cas de doute."),
    Oddity.TOO_DEEP: _("Ses parties sont imbriquées trop profondément : les dernières forment un seul document."),
    Oddity.TOO_MANY_PARTS: _("Il a trop de parties : les dernières forment un seul document."),
    Oddity.ENCODED_PARTS: _("Un courriel y est joint sous une forme codée : il est donné comme document."),
    Oddity.UNKNOWN_ENCODING: _("Un codage inconnu y est employé : la partie concernée est donnée telle quelle."),
    Oddity.DAMAGED_ENCODING: _("Une partie est abîmée : ce qui ne se lisait pas a été laissé de côté."),
    Oddity.UNKNOWN_CHARSET: _("Son jeu de caractères est inconnu : quelques lettres peuvent être fausses."),
    Oddity.LONG_TEXT: _("Un de ses textes est trop long pour être montré ici : il est donné comme document."),
    Oddity.TWO_NAMES: _("Un document y porte deux noms différents : vérifiez son type avant de l’ouvrir."),
    Oddity.BARE_CR: _("Il vient d’un très ancien logiciel : ses fins de ligne ont été comprises autrement."),
}


def sentence(code: str) -> str:
    """Nothing for a code of another version."""
    return str(_SENTENCES.get(Oddity(code), "")) if code in list(Oddity) else ""
