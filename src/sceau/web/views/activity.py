"""Settings, « Activité »: how much passes through this mailbox."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sceau.core import clock
from sceau.envelopes import activity
from sceau.ui import dates
from sceau.vault.sessions import Assurance
from sceau.web import nav, plots
from sceau.web.guards import SignedIn, signed_in

_SPANS = (30, 90, 365)  # days


@require_safe
@signed_in(Assurance.CODE)
def overview(request: SignedIn) -> HttpResponse:
    days = _days(request.GET.get("jours", ""))
    weeks = activity.weeks(by=request.actor, days=days, at=clock.now())
    received, prompt = sum(week.received for week in weeks), sum(week.prompt for week in weeks)
    context = {
        "section": "activity",
        "nav": nav.of(request.actor, "account"),
        "days": days,
        "spans": [{"days": span, "text": _("%(days)s jours") % {"days": span}} for span in _SPANS],
        "sent": sum(week.sent for week in weeks),
        "received": received,
        "prompt": prompt,
        "share": round(100 * prompt / received) if received else None,
        "plot": plots.of(weeks),
        "weeks": [{"day": dates.day(week.begins), "week": week} for week in reversed(weeks)],
    }
    return render(request, "web/account/activity.html", context)


def _days(text: str) -> int:
    return next((span for span in _SPANS if str(span) == text), _SPANS[1])
