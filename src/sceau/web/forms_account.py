"""What people type about themselves and their ways in, parsed once."""

import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sceau.accounts import people
from sceau.accounts.codes import DIGITS
from sceau.accounts.models import Person
from sceau.accounts.passwords import LONGEST
from sceau.accounts.people import Identity
from sceau.core.errors import Malformed
from sceau.core.values import Address
from sceau.notify import kinds, words

_CIVILITIES = [("", "—"), ("Dr", "Dr"), ("Pr", "Pr"), ("Mme", "Mme"), ("M.", "M.")]
_ZONES = [
    ("Europe/Paris", _("Métropole")),
    ("America/Guadeloupe", _("Guadeloupe, Saint-Martin, Saint-Barthélemy")),
    ("America/Martinique", _("Martinique")),
    ("America/Cayenne", _("Guyane")),
    ("America/Miquelon", _("Saint-Pierre-et-Miquelon")),
    ("Indian/Reunion", _("La Réunion")),
    ("Indian/Mayotte", _("Mayotte")),
    ("Pacific/Noumea", _("Nouvelle-Calédonie")),
    ("Pacific/Tahiti", _("Polynésie française")),
    ("Pacific/Wallis", _("Wallis-et-Futuna")),
]


_THEMES = [("", _("Comme l’appareil")), ("light", _("Clair")), ("dark", _("Sombre"))]
_TEXT_SIZES = [("", _("Normale")), ("large", _("Grande")), ("larger", _("Très grande"))]
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn")  # controls, invisible and bidirectional marks, unassigned


class AddressField(forms.CharField):
    """Cleans to an Address."""

    def __init__(self, **options: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
        super().__init__(label=_("Adresse de messagerie"), max_length=254, widget=widget, **options)

    def clean(self, value: Any) -> Address:
        text = super().clean(value)
        try:
            return Address.parse(text)
        except Malformed as error:
            raise forms.ValidationError(_("Ce n’est pas une adresse. Exemple : claire.vasseur@exemple.fr")) from error


class NameField(forms.CharField):
    """A text shown to others beside an address: nothing in it may pass for another one, or hide (attacks 7, 11, 14)."""

    def clean(self, value: Any) -> str:
        text = " ".join(unicodedata.normalize("NFC", super().clean(value) or "").split())
        if any(character in '<>@"' or unicodedata.category(character) in _HIDDEN for character in text):
            raise forms.ValidationError(_("Ce texte contient un signe qui n’y a pas sa place."))
        return text


def _password(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    meter = {"data-strength": settings.SCEAU_PASSWORD_LENGTH} if options.pop("metered", False) else {}
    focus = {"autofocus": True} if options.pop("focused", False) else {}
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, **meter, **focus})
    return forms.CharField(label=label, max_length=LONGEST, strip=False, widget=widget, **options)


class AddressForm(forms.Form):
    address = AddressField()


class SignInForm(forms.Form):
    address = AddressField()
    password = _password(_("Mot de passe"), "current-password")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        if self.is_bound and "address" not in self.errors:  # shown again: the password is what is missing
            self.fields["address"].widget.attrs["autofocus"] = False
            self.fields["password"].widget.attrs["autofocus"] = True


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code à six chiffres"), max_length=12)

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if len(code) != DIGITS or not (code.isascii() and code.isdigit()):  # costs no try
            raise forms.ValidationError(_("Le code a six chiffres. Cet essai n’est pas compté."))
        return code


class UnlockForm(forms.Form):
    password = _password(_("Mot de passe"), "current-password", focused=True)


class IdentityForm(forms.Form):
    civility = forms.ChoiceField(label=_("Civilité"), choices=_CIVILITIES, required=False)
    given_name = NameField(label=_("Prénom"), max_length=80, widget=forms.TextInput({"autocomplete": "given-name"}))
    family_name = NameField(label=_("Nom"), max_length=80, widget=forms.TextInput({"autocomplete": "family-name"}))
    profession = NameField(label=_("Profession"), max_length=80, required=False)
    structure = NameField(
        label=_("Structure"), max_length=120, required=False, help_text=_("Cabinet, service, établissement.")
    )
    city = NameField(label=_("Ville"), max_length=80, required=False)
    phone = NameField(
        label=_("Téléphone"),
        max_length=24,
        required=False,
        help_text=_("Pour que l’assistance puisse vous rappeler ; vos correspondants ne le voient pas."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )

    def identity(self) -> Identity:
        return Identity(**{name: self.cleaned_data[name] for name in Identity.__slots__})


class _NewPassword(forms.Form):
    """Two fields that must agree; the rule itself is the domain's."""

    password = _password(_("Nouveau mot de passe"), "new-password", metered=True)
    repeat = _password(_("Le même, encore une fois"), "new-password")

    def clean_repeat(self) -> str:
        repeat: str = self.cleaned_data["repeat"]
        if repeat != self.cleaned_data.get("password", repeat):
            raise forms.ValidationError(_("Les deux mots de passe ne sont pas les mêmes."))
        return repeat


class SignUpForm(_NewPassword, IdentityForm):
    password = _password(_("Mot de passe"), "new-password", metered=True)
    field_order = (*Identity.__slots__, "password", "repeat")


class RecoveryForm(_NewPassword):
    way = forms.ChoiceField(
        label=_("Votre seconde preuve"),
        choices=[("code", _("Mon code de secours")), ("session", _("Ma session")), ("wait", _("Je n’ai plus rien"))],
        widget=forms.RadioSelect,
    )
    recovery_code = forms.CharField(
        label=_("Code de secours"),
        max_length=80,
        required=False,
        help_text=_("Les huit groupes de quatre caractères que vous avez imprimés ou recopiés."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    field_order = ("way", "recovery_code", "password", "repeat")

    def clean(self) -> None:
        if self.cleaned_data.get("way") == "code" and not self.cleaned_data.get("recovery_code"):
            self.add_error("recovery_code", _("Recopiez votre code de secours, ou choisissez une autre preuve."))


class CurrentPasswordForm(forms.Form):
    current = _password(_("Mot de passe actuel"), "current-password")


class PasswordForm(_NewPassword, CurrentPasswordForm):
    field_order = ("current", "password", "repeat")


class AccountForm(IdentityForm):
    """What certification vouches for is shown and cannot be changed here."""

    DISPLAY = ("language", "zone", "theme", "text_size")

    language = forms.ChoiceField(label=_("Langue"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Fuseau horaire"), choices=_ZONES)
    theme = forms.ChoiceField(label=_("Thème"), choices=_THEMES, required=False)
    text_size = forms.ChoiceField(label=_("Taille du texte"), choices=_TEXT_SIZES, required=False)

    def __init__(self, person: Person, data: Any = None) -> None:
        names = (*Identity.__slots__, *self.DISPLAY)
        super().__init__(data, initial={name: getattr(person, name) for name in names})
        if people.may_write(person):
            for name in people.FIXED:
                self.fields[name].disabled = True

    def display(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.DISPLAY}


class NoticesForm(forms.Form):
    received = forms.BooleanField(label=_("Une enveloppe arrive"), required=False)
    opened = forms.BooleanField(label=_("Une enveloppe que j’ai envoyée est ouverte"), required=False)
    failed = forms.BooleanField(label=_("Un destinataire n’a pas pu être prévenu"), required=False)
    withdrawn = forms.BooleanField(
        label=_("Un expéditeur retire une enveloppe que je n’ai pas ouverte"), required=False
    )
    expiring = forms.BooleanField(label=_("Des enveloppes seront bientôt détruites"), required=False)
    sealed = forms.BooleanField(label=_("Une enveloppe que j’ai écrite est scellée"), required=False)
    destroyed = forms.BooleanField(label=_("Des enveloppes ont été détruites"), required=False)
    word = forms.CharField(
        label=_("Mot de reconnaissance"),
        max_length=words.LONGEST,
        required=False,
        help_text=_(
            "Nos courriels le montreront, et vous saurez qu’ils sont de nous. Laissez vide pour garder celui d’avant ;"
            " nous ne pouvons pas le relire ici."
        ),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, person: Person, data: Any = None) -> None:
        super().__init__(data, initial={kind: people.wants(person, kind) for kind in kinds.SWITCHABLE})

    def wanted(self) -> set[str]:
        return {kind for kind in kinds.SWITCHABLE if self.cleaned_data[kind]}
