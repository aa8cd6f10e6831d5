"""The words of the notices about envelopes, in the active language: who, how many, until when, never what."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.notify import labels
from sceau.notify.texts import Text, Values


def received(values: Values) -> Text:
    label = labels.name(values.text("label"))
    return Text(
        _("%(sender)s vous a adressé une enveloppe") % {"sender": values.text("sender")},
        [
            _("%(party)s vous a adressé une enveloppe scellée.") % {"party": values.party("sender")},
            *([_("Nature : %(label)s") % {"label": label}] if label else []),
            _documents(values),
            _("À ouvrir avant le : %(moment)s") % {"moment": values.moment("until_ms")},
            _("Elle vous attend ici :"),
            values.link(),
        ],
    )


def sealed(values: Values) -> Text:
    return Text(
        _("Votre enveloppe est scellée"),
        [
            _("Votre enveloppe a été scellée et mise à disposition de ses destinataires."),
            _("Date : %(moment)s") % {"moment": values.moment("sealed_ms")},
            _("Destinataires : %(count)d") % {"count": values.number("recipients")},
            _documents(values),
            _("La preuve et le suivi :"),
            values.link(),
        ],
    )


def opened(values: Values) -> Text:
    return Text(
        _("%(reader)s a ouvert votre enveloppe") % {"reader": values.text("reader")},
        [
            _("%(party)s a ouvert une enveloppe que vous lui avez adressée.") % {"party": values.party("reader")},
            _("Date : %(moment)s") % {"moment": values.moment("opened_ms")},
            _("La preuve et le suivi :"),
            values.link(),
        ],
    )


def failed(values: Values) -> Text:
    return Text(
        _("Un destinataire n’a pas pu être prévenu"),
        [
            _("Le courriel d’avertissement adressé à %(party)s est revenu : son adresse ordinaire le refuse.")
            % {"party": values.party("recipient")},
            _("Votre enveloppe est bien dans sa boîte, scellée. Prévenez-le par un autre moyen s’il y a urgence."),
            values.link(),
        ],
    )


def expiring(values: Values) -> Text:
    count = values.number("count")
    return Text(
        ngettext("%(count)d enveloppe sera bientôt détruite", "%(count)d enveloppes seront bientôt détruites", count)
        % {"count": count},
        [
            ngettext(
                "%(count)d enveloppe de votre boîte arrive à la fin de sa durée de conservation.",
                "%(count)d enveloppes de votre boîte arrivent à la fin de leur durée de conservation.",
                count,
            )
            % {"count": count},
            _("Première destruction : %(moment)s") % {"moment": values.moment("until_ms")},
            _("Téléchargez ce que vous voulez garder. Les preuves restent."),
            values.link(),
        ],
    )


def destroyed(values: Values) -> Text:
    count = values.number("count")
    return Text(
        ngettext("%(count)d enveloppe a été détruite", "%(count)d enveloppes ont été détruites", count)
        % {"count": count},
        [
            ngettext(
                "%(count)d enveloppe de votre boîte est arrivée à la fin de sa durée de conservation : son contenu"
                " est détruit, ses preuves restent.",
                "%(count)d enveloppes de votre boîte sont arrivées à la fin de leur durée de conservation : leur"
                " contenu est détruit, leurs preuves restent.",
                count,
            )
            % {"count": count},
            values.link(),
        ],
    )


def withdrawn(values: Values) -> Text:
    return Text(
        _("%(sender)s a retiré une enveloppe") % {"sender": values.text("sender")},
        [
            _("%(party)s a retiré une enveloppe qui vous était adressée, avant que quelqu’un l’ouvre.")
            % {"party": values.party("sender")},
            _("Date : %(moment)s") % {"moment": values.moment("withdrawn_ms")},
            _("Son contenu est détruit ; la preuve de son retrait reste. Vous n’avez rien à faire."),
            values.link(),
        ],
    )


def _documents(values: Values) -> str:
    count = values.number("documents")
    return ngettext("%(count)d document joint", "%(count)d documents joints", count) % {"count": count}
