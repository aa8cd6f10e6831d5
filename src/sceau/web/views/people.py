"""Completion of recipients: people one has exchanged with, and nobody else."""

from datetime import timedelta

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from sceau.accounts import rates
from sceau.accounts.models import Mailbox
from sceau.core import clock
from sceau.envelopes import acquaintances
from sceau.vault.sessions import Assurance
from sceau.web.guards import SignedIn, signed_in

_SHOWN = 8
_LONGEST = 254  # characters of an address
_LIMIT, _WINDOW = 600, timedelta(minutes=10)  # one a keystroke is fine, trying addresses one by one is not
_EXACT_LIMIT = 60


@require_POST  # what is typed stays out of addresses, and so out of logs
@signed_in(Assurance.CODE)
def people(request: SignedIn) -> JsonResponse:
    """`text` → `{"people": [{address, name, detail, chip}]}`. Raises TooMany."""
    at, by = clock.now(), request.actor
    text = request.POST.get("text", "").strip()[:_LONGEST]
    rates.hit("people", str(by.person.id), limit=_LIMIT, window=_WINDOW, at=at)
    if "@" in text:
        rates.hit("people-exact", str(by.person.id), limit=_EXACT_LIMIT, window=_WINDOW, at=at)
    found = acquaintances.find(text, by=by, limit=_SHOWN, at=at) if len(text) > 1 else []
    return JsonResponse({"people": list(map(_told, found))})


def _told(mailbox: Mailbox) -> dict[str, str]:
    owner = mailbox.owner
    detail = ", ".join(filter(None, (owner.profession, owner.structure))) if owner else ""
    return {"address": mailbox.address, "name": mailbox.name, "detail": detail, "chip": "Sceau"}
