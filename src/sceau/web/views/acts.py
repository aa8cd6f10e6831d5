"""Acts on an envelope that one holds: answer everybody, pass it on, take it back."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from sceau.core import clock
from sceau.core.errors import Malformed, NotFound
from sceau.envelopes import access, drafts, forwarding, rules, withdrawal
from sceau.envelopes.drafts import Content
from sceau.envelopes.models import Copy
from sceau.envelopes.reading import Unsealed
from sceau.envelopes.withdrawal import Withdrawal
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import deeds, letters, nav, signing
from sceau.web.guards import signed_in
from sceau.web.redirects import see
from sceau.web.requests import SignedIn


@require_POST
@signed_in(Assurance.CODE)
def reply_all(request: SignedIn, copy_id: UUID) -> HttpResponse:
    """A new draft to the sender, with everybody else of the envelope in copy."""
    at, by = clock.now(), request.actor
    copy = access.copy(copy_id, for_=by)
    if access.opening(copy, by=by, at=at) is None:
        raise NotFound  # as for `compose.reply`: one's own copy, or a mail of one's own, is not answered
    letter = Unsealed(copy, keys=by.keys).summary
    others = (party.address for party in (*letter.to, *letter.cc) if party.address != by.mailbox.address)
    content = Content(to=letter.sender.address, cc="\n".join(others), subject=rules.reply_subject(letter.subject))
    content = replace(content, text=signing.below(by=by))
    return see("web:draft", drafts.create(by, content, reply_to=copy.envelope_id, at=at).id)


@require_POST
@signed_in(Assurance.CODE)
def forward(request: SignedIn, copy_id: UUID) -> HttpResponse:
    """A new draft with the letter and its documents, which do not leave the server."""
    at, by = clock.now(), request.actor
    copy = access.copy(copy_id, for_=by)
    access.opening(copy, by=by, at=at)
    heading = deeds.heading(Unsealed(copy, keys=by.keys).summary, copy, by=by)
    return see("web:draft", forwarding.forward(copy, heading=heading, by=by, at=at).id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def withdraw(request: SignedIn, copy_id: UUID) -> HttpResponse:
    """Asks from whom; then takes back what nobody opened meanwhile."""
    by = request.actor
    copy = access.copy(copy_id, for_=by)
    if copy.role != Copy.Role.FROM:
        raise NotFound
    if request.method == "POST":
        done = withdrawal.withdraw(copy, recipients=_chosen(request), by=by, at=clock.now())
        return flash.add(see("web:envelope", copy.id), _told(done))
    waiting = withdrawal.possible(copy)
    context = {
        "nav": nav.of(by, "sent"),
        "copy_id": copy.id,
        "what": letters.named(copy, by=by),
        "held": bool(copy.envelope.deliver_at and copy.envelope.deliver_at > clock.now()),
        "recipients": _recipients(copy, waiting),
    }
    return render(request, "web/withdraw.html", context)


def _chosen(request: SignedIn) -> list[int] | None:
    """The recipients that were ticked; everybody when the form did not ask. Raises Malformed."""
    ticked = request.POST.getlist("recipient")
    if "asked" not in request.POST:
        return None
    if not all(each.isascii() and each.isdigit() and len(each) < 5 for each in ticked):
        raise Malformed
    return [int(each) for each in ticked]


def _recipients(copy: Copy, waiting: tuple[int, ...]) -> list[tuple[int | None, str]]:
    rows = Copy.objects.filter(envelope=copy.envelope_id, recipient__in=waiting).order_by("recipient")
    return list(rows.values_list("recipient", "mailbox__name"))


def _told(done: Withdrawal) -> str:
    """What became of it: both, when some were quicker."""
    count = len(done.withdrawn)
    if not count and done.opened:
        return _("Trop tard : l’enveloppe est déjà ouverte. Elle n’est pas retirée.")
    if not count:
        return _("Il n’y avait plus rien à retirer.")
    text = ngettext(
        "Enveloppe retirée chez %(count)s destinataire : son contenu n’y est plus.",
        "Enveloppe retirée chez %(count)s destinataires : son contenu n’y est plus.",
        count,
    ) % {"count": count}
    if not done.opened:
        return text
    late = ngettext(
        "%(count)s autre l’avait déjà ouverte.", "%(count)s autres l’avaient déjà ouverte.", len(done.opened)
    ) % {"count": len(done.opened)}
    return f"{text} {late}"
