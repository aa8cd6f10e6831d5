"""Settings, « Réponse automatique »: what the mailbox answers while its owner is away."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sceau.core import clock
from sceau.envelopes import auto_reply
from sceau.envelopes.auto_reply import Absence, BadAbsence
from sceau.ui import dates, flash
from sceau.vault.sessions import Assurance
from sceau.web import again, nav
from sceau.web.guards import SignedIn, signed_in
from sceau.web.next_page import redirect_to

_PAGE = "web/account/absence.html"


class AbsenceForm(forms.Form):
    """Whole days, where its owner lives."""

    since = forms.DateField(
        label=gettext_lazy("Premier jour d’absence"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("Dernier jour d’absence"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("La réponse s’arrête d’elle-même à la fin de ce jour."),
    )
    text = forms.CharField(
        label=gettext_lazy("Réponse"),
        max_length=auto_reply.LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "Chaque correspondant la reçoit une fois, scellée. N’y nommez aucun patient ; dites à qui s’adresser en cas"
            " d’urgence."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def absence(request: SignedIn) -> HttpResponse:
    by, at = request.actor, clock.now()
    current = auto_reply.read(by=by)
    zone = ZoneInfo(by.person.zone)
    context = {"section": "absence", "nav": nav.of(by, "account"), "state": _state(current, at, by.person.zone)}
    if request.method != "POST":
        return render(request, _PAGE, {"form": AbsenceForm(initial=_initial(current, at, zone)), **context})
    if "off" in request.POST:
        auto_reply.clear(by=by)
        return flash.add(redirect_to("web:absence"), _("Réponse automatique désactivée."))
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        return again.invalid(request, _PAGE, form, context)
    first, last = form.cleaned_data["since"], form.cleaned_data["until"] + timedelta(days=1)
    since, until = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last))
    try:
        auto_reply.set(Absence(form.cleaned_data["text"], since, until), by=by, at=at)
    except BadAbsence as error:
        return again.refused(request, _PAGE, form, error, context, field="until")
    return flash.add(redirect_to("web:absence"), _("C’est enregistré."))


def _initial(current: Absence | None, at: datetime, zone: ZoneInfo) -> dict[str, object]:
    if current is None:
        return {"since": at.astimezone(zone).date()}
    last = (current.until - timedelta(seconds=1)).astimezone(zone).date()
    return {"text": current.text, "since": current.since.astimezone(zone).date(), "until": last}


def _state(current: Absence | None, at: datetime, zone: str) -> str:
    """In one line, whether it answers now."""
    if current is None or current.until <= at:
        return ""
    last = dates.day((current.until - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date())
    if current.since <= at:
        return _("Active jusqu’au %(day)s.") % {"day": last}
    first = dates.day(current.since.astimezone(ZoneInfo(zone)).date())
    return _("Prévue du %(first)s au %(last)s.") % {"first": first, "last": last}
