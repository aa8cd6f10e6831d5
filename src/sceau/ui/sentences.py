"""Sentences that carry an error's own values: which address, which limit, how long. In the language in force."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sceau.accounts import codes, passwords
from sceau.core import errors
from sceau.envelopes import options, rules, snippets
from sceau.envelopes.importing import TooManyMails
from sceau.envelopes.mime.oddities import LargeMail
from sceau.ui import dates, sizes

_LACKS: dict[passwords.Missing, str | Promise] = {
    passwords.Missing.LENGTH: gettext_lazy("Il est trop court."),
    passwords.Missing.TOO_LONG: gettext_lazy("Il dépasse 200 caractères."),
    passwords.Missing.LOWER: gettext_lazy("Il lui manque une minuscule."),
    passwords.Missing.UPPER: gettext_lazy("Il lui manque une majuscule."),
    passwords.Missing.DIGIT: gettext_lazy("Il lui manque un chiffre."),
    passwords.Missing.OTHER: gettext_lazy("Il lui manque un signe autre qu’une lettre ou un chiffre."),
    passwords.Missing.COMMON: gettext_lazy(
        "Il est fait de morceaux que tout le monde essaie : ajoutez des mots sans rapport."
    ),
    passwords.Missing.PERSONAL: gettext_lazy(
        "Il est fait de votre nom ou de votre adresse : ajoutez des mots sans rapport."
    ),
}


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(str(value) for value in values)


def unknown_recipient(error: rules.UnknownRecipient) -> str:
    return ngettext(
        "%(who)s n’a pas de boîte ici : Sceau n’écrit pour le moment qu’à ses utilisateurs. Votre brouillon est gardé."
        " Retirez cette adresse, ou invitez ce correspondant à ouvrir un compte.",
        "%(who)s n’ont pas de boîte ici : Sceau n’écrit pour le moment qu’à ses utilisateurs. Votre brouillon est"
        " gardé. Retirez ces adresses, ou invitez ces correspondants à ouvrir un compte.",
        len(error.addresses),
    ) % {"who": _listed(error.addresses)}


def malformed_recipient(error: rules.MalformedRecipient) -> str:
    return ngettext(
        "« %(typed)s » n’est pas une adresse. Votre brouillon est gardé : corrigez, puis recommencez.",
        "« %(typed)s » ne sont pas des adresses. Votre brouillon est gardé : corrigez, puis recommencez.",
        len(error.typed),
    ) % {"typed": _listed(error.typed)}


def too_many_recipients(error: rules.TooManyRecipients) -> str:
    return ngettext(
        "Une enveloppe va à %(limit)s destinataire au plus. Votre brouillon est gardé : retirez-en, ou faites"
        " plusieurs enveloppes.",
        "Une enveloppe va à %(limit)s destinataires au plus. Votre brouillon est gardé : retirez-en, ou faites"
        " plusieurs enveloppes.",
        error.limit,
    ) % {"limit": error.limit}


def too_long(error: rules.TooLong) -> str:
    return _(
        "L’objet ou la lettre dépasse %(limit)s caractères. Votre brouillon est gardé : raccourcissez, ou joignez le"
        " texte comme document."
    ) % {"limit": error.limit}


def too_many_templates(error: snippets.TooManyTemplates) -> str:
    return ngettext(
        "Une boîte garde %(limit)s modèle au plus. Rien n’est perdu : supprimez-en un, puis enregistrez celui-ci.",
        "Une boîte garde %(limit)s modèles au plus. Rien n’est perdu : supprimez-en un, puis enregistrez celui-ci.",
        error.limit,
    ) % {"limit": error.limit}


def too_many_documents(error: rules.TooManyDocuments) -> str:
    return ngettext(
        "Une enveloppe contient %(limit)s document au plus. Votre brouillon est gardé :"
        " réunissez-en plusieurs dans une archive.",
        "Une enveloppe contient %(limit)s documents au plus. Votre brouillon est gardé :"
        " réunissez-en plusieurs dans une archive.",
        error.limit,
    ) % {"limit": error.limit}


def too_large(error: rules.TooLarge) -> str:
    return _(
        "Les documents d’un brouillon font %(limit)s au plus. Ceux qui étaient déjà joints sont gardés, celui-ci ne"
        " l’est pas. Écrivez une autre enveloppe pour la suite."
    ) % {"limit": sizes.text(error.limit)}


def document_too_large(error: rules.DocumentTooLarge) -> str:
    return _(
        "Un document fait %(limit)s au plus, et celui-ci est plus lourd. Les autres sont gardés. Allégez-le, ou"
        " partagez-le en plusieurs fichiers : Sceau fera plusieurs enveloppes numérotées."
    ) % {"limit": sizes.text(error.limit)}


def bad_delivery(error: options.BadDelivery) -> str:
    return _(
        "L’heure d’envoi doit être à venir, et avant le %(last)s. Votre brouillon est gardé : choisissez-en une autre."
    ) % {"last": dates.day(error.last.date())}


def too_many_mails(error: TooManyMails) -> str:
    return _(
        "Seuls les %(limit)s premiers courriels ont été importés. Partagez ce fichier, ou importez-le à nouveau après"
        " l’avoir allégé : ce qui est déjà là ne sera pas doublé."
    ) % {"limit": error.limit}


def large_mail(error: LargeMail) -> str:
    return _(
        "Ce courriel dépasse %(limit)s avec ses documents : il n’a pas été importé, et rien n’a changé. Gardez-le dans"
        " votre messagerie, ou enregistrez ses documents à part."
    ) % {"limit": sizes.text(error.limit)}


def bad_expiry(error: rules.BadExpiry) -> str:
    return _(
        "La date de destruction doit être comprise entre le %(first)s et le %(last)s. Votre brouillon est gardé."
    ) % {"first": dates.day(error.first), "last": dates.day(error.last)}


def wrong_code(error: codes.WrongCode) -> str:
    return ngettext(
        "Ce code n’est pas le bon. Il reste %(left)s essai.",
        "Ce code n’est pas le bon. Il reste %(left)s essais.",
        error.tries_left,
    ) % {"left": error.tries_left}


def weak_password(error: passwords.WeakPassword) -> str:
    return " ".join(str(_LACKS[reason]) for reason in error.missing)


def too_many(error: errors.TooMany) -> str:
    minutes = max(1, -(-error.retry_after // 60))
    return ngettext(
        "Trop de demandes en peu de temps. Rien n’est perdu : réessayez dans %(minutes)s minute.",
        "Trop de demandes en peu de temps. Rien n’est perdu : réessayez dans %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}
