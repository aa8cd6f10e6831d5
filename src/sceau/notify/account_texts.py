"""The words of the notices that guard an account, in the active language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sceau.notify.texts import Text, Values


def code(values: Values) -> Text:
    # The exact subject is what people of the field know: apostrophe and spaces included.
    return Text(
        _("[%(code)s] - Votre code d'accès Sceau") % {"code": values.text("code")},
        [
            _("Votre code d’accès : %(code)s") % {"code": values.text("code")},
            ngettext(
                "Il sert une seule fois, pendant %(count)d minute, sur la page où vous vous connectez.",
                "Il sert une seule fois, pendant %(count)d minutes, sur la page où vous vous connectez.",
                values.number("minutes"),
            )
            % {"count": values.number("minutes")},
            _(
                "Ne le donnez à personne, même au téléphone. Si vous n’êtes pas en train de vous connecter, quelqu’un"
                " connaît votre mot de passe : connectez-vous et changez-le."
            ),
        ],
    )


def signup(values: Values) -> Text:
    return Text(
        _("Confirmez votre adresse pour ouvrir votre compte"),
        [
            _("Vous avez demandé un compte avec cette adresse. Pour continuer :"),
            values.link(),
            ngettext(
                "Ce lien sert une seule fois, pendant %(count)d heure.",
                "Ce lien sert une seule fois, pendant %(count)d heures.",
                values.number("hours"),
            )
            % {"count": values.number("hours")},
            _("Si vous n’avez rien demandé, ne faites rien : aucun compte ne sera ouvert."),
        ],
    )


def signup_known(values: Values) -> Text:
    return Text(
        _("Vous avez déjà un compte"),
        [
            _("Quelqu’un, sans doute vous, a demandé un compte avec cette adresse. Vous en avez déjà un."),
            _("Pour vous connecter :"),
            values.link(),
            _("Mot de passe oublié ? Suivez « Accès perdu » :"),
            values.link("recovery_link"),
            _("Si ce n’était pas vous, ne faites rien : votre compte n’a pas changé."),
        ],
    )


def welcome(values: Values) -> Text:
    return Text(
        _("Votre compte est ouvert"),
        [
            _("Bienvenue %(name)s. Votre boîte est prête, vous pouvez vous connecter :")
            % {"name": values.text("name")},
            values.link(),
            _("Gardez votre code de secours sur papier, en lieu sûr : il rouvre votre compte si vous perdez l’accès."),
        ],
    )


def recovery(values: Values) -> Text:
    return Text(
        _("Accès perdu : choisissez un nouveau mot de passe"),
        [
            _("Vous avez dit avoir perdu l’accès à votre compte. Pour continuer :"),
            values.link(),
            ngettext(
                "Ce lien sert pendant %(count)d minute.",
                "Ce lien sert pendant %(count)d minutes.",
                values.number("minutes"),
            )
            % {"count": values.number("minutes")},
            _("Si ce n’était pas vous, ne faites rien : votre compte n’a pas changé."),
        ],
    )


def recovery_unknown(values: Values) -> Text:
    return Text(
        _("Accès perdu : aucun compte à cette adresse"),
        [
            _(
                "Quelqu’un, sans doute vous, cherche à retrouver l’accès à un compte. Il n’y en a pas à cette"
                " adresse : vous en utilisez peut-être une autre."
            ),
            _("Pour ouvrir un compte :"),
            values.link(),
            _("Si ce n’était pas vous, ne faites rien."),
        ],
    )


def recovery_waiting(values: Values) -> Text:
    return Text(
        _("Quelqu’un demande à retrouver l’accès à votre compte"),
        [
            ngettext(
                "%(name)s, un nouveau mot de passe a été choisi pour votre compte. Il ne servira pas avant"
                " %(count)d heure.",
                "%(name)s, un nouveau mot de passe a été choisi pour votre compte. Il ne servira pas avant"
                " %(count)d heures.",
                values.number("hours"),
            )
            % {"name": values.text("name"), "count": values.number("hours")},
            _("Si ce n’était pas vous, refusez maintenant, sur cette page :"),
            values.link(),
            _("Si c’était vous, attendez : nous vous écrirons."),
        ],
    )


def recovery_done(values: Values) -> Text:
    return Text(
        _("Vous avez retrouvé l’accès à votre compte"),
        [
            _("%(name)s, votre nouveau mot de passe fonctionne. Toutes les sessions ouvertes ont été fermées.")
            % {"name": values.text("name")},
            *_device(values),
            values.link(),
            _call_us(),
        ],
    )


def new_device(values: Values) -> Text:
    return Text(
        _("Connexion depuis un nouvel appareil"),
        [
            _("%(name)s, votre compte vient d’être ouvert depuis un appareil que nous ne connaissions pas.")
            % {"name": values.text("name")},
            _("Date : %(moment)s") % {"moment": values.moment("at_ms")},
            *_device(values),
            _("Si c’était vous, il n’y a rien à faire. Sinon, fermez cette session et changez votre mot de passe :"),
            values.link(),
        ],
    )


def password_changed(values: Values) -> Text:
    return Text(
        _("Votre mot de passe a changé"),
        [
            _("%(name)s, le mot de passe de votre compte vient d’être changé.") % {"name": values.text("name")},
            _("Date : %(moment)s") % {"moment": values.moment("at_ms")},
            *_device(values),
            _("Si c’était vous, il n’y a rien à faire. Sinon, reprenez la main avec « Accès perdu » :"),
            values.link(),
        ],
    )


def _device(values: Values) -> list[str]:
    device = values.text("device")
    return [_("Appareil : %(device)s") % {"device": device}] if device else []


def _call_us() -> str:
    return _("Si ce n’était pas vous, appelez-nous sans attendre : l’aide est au bas de ce courriel.")
