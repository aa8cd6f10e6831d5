"""Forms of a mailbox's own words: its signature and its templates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sceau.envelopes import names, snippets


class _Text(forms.CharField):
    """A text of several lines, kept as it was typed; line ends alone are made the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").rstrip()


class SignatureForm(forms.Form):
    signature = _Text(
        label=_("Signature"),
        required=False,
        max_length=snippets.SIGNATURE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Elle se place au bas de vos nouvelles lettres et de vos réponses, et vous pouvez l’y changer."),
    )


class TemplateForm(forms.Form):
    name = forms.CharField(
        label=_("Nom du modèle"),
        max_length=snippets.NAME_LIMIT,
        help_text=_("Vous le verrez dans le menu « Modèles » quand vous écrivez."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = _Text(label=_("Texte"), max_length=snippets.TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 12}))

    def clean_name(self) -> str:
        name = names.one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Choisissez un nom qui se lit."))
        return name

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(_("Écrivez le texte du modèle."))
        return text
