"""What every form of the composer shares: keeping what was typed, and the page as an answer to whatever went wrong."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Error, NotFound
from sceau.envelopes import access, drafts, lookups, options, rules, snippets
from sceau.envelopes.drafts import Content, Stale
from sceau.envelopes.models import Draft
from sceau.ui import dates, errors
from sceau.web import drafting, nav
from sceau.web.drafting import Typed
from sceau.web.next_page import redirect_to
from sceau.web.pages import Conflict, Doubt
from sceau.web.requests import SignedInOrLocked, is_script

_AT_RECIPIENTS = (
    rules.NoRecipient,
    rules.MalformedRecipient,
    rules.UnknownRecipient,
    rules.TooManyRecipients,
    lookups.Unchecked,
)

_AT_FIELD = {rules.BadExpiry: "expires_on", options.BadDelivery: "deliver_at", options.BadPatientDay: "patient_on"}

_NAMES = ("autosave", "leaving", "chips", "chipmoves", "upload", "files", "detach", "rich", "link", "compose")
SCRIPTS = [f"js/{name}.js" for name in _NAMES]

_NOTHING: Mapping[str, str] = {}


def draft(request: SignedInOrLocked, id: UUID) -> Draft:
    if request.actor:
        return access.draft(id, for_=request.actor)
    if request.locked_person is None:
        raise NotFound
    return access.draft_to_save(id, author=request.locked_person)


def keep(draft: Draft, typed: Typed, actor: Actor | None) -> None:
    """Save, unless nothing changed. The same words saved twice (a doubled submit) are no conflict. Raises Stale."""
    if typed.base is None or (actor and typed.base == draft.revision and _same(draft, typed, actor)):
        return
    try:
        drafts.save(draft, typed.content, base=typed.base, at=clock.now())
    except Stale as stale:
        if typed.leaving and stale.saved == typed.base + 1:
            # A page that closes does not wait for the answer to its save before: these words come after that one's.
            drafts.save(draft, typed.content, base=stale.saved, at=clock.now())
            return
        if actor is None:
            raise
        drafts.reload(draft)
        if not _same(draft, typed, actor):
            raise


def _same(draft: Draft, typed: Typed, actor: Actor) -> bool:
    return drafts.read(draft, keys=actor.keys) == typed.content


def saved(request: SignedInOrLocked, draft: Draft, content: Content) -> dict[str, object]:
    """What the script that saves wants to know."""
    if request.actor is None:
        return {"revision": draft.revision, "saved": _("Brouillon enregistré.")}
    composer = drafting.compose(draft, content, by=request.actor, at=clock.now())
    plan = render_to_string("web/_plan.html", {"forecast": composer.forecast, "draft": composer.draft}, request)
    people = {known.address: drafting.person(known) for known in (*composer.draft.to, *composer.draft.cc)}
    return {"revision": draft.revision, "saved": composer.draft.saved, "plan": plan, "people": people}


def locked(request: SignedInOrLocked, draft: Draft) -> HttpResponse:
    """Saved, but nothing is shown before the unlock, which leads back to the draft."""
    if is_script(request):
        text = _("Votre session est verrouillée. Ce que vous écriviez est enregistré.")
        title = _("Session verrouillée")
        answer = {**saved(request, draft, drafts.EMPTY), "code": "locked", "title": title, "text": text}
        return JsonResponse(answer, status=HTTPStatus.LOCKED)
    return redirect_to("web:locked", reverse("web:draft", args=[draft.id]))


def conflict(request: HttpRequest, draft: Draft, stale: Stale) -> HttpResponse:
    """Both versions: what was typed in the form, what another tab saved below it."""
    actor = _actor(request)
    drafts.reload(draft)
    other = drafts.read(draft, keys=actor.keys)
    when = dates.when(draft.saved_at, now=clock.now(), zone=actor.person.zone)
    conflict = Conflict(when, to=other.to, cc=other.cc, subject=other.subject, body=other.text)
    if other == stale.typed:  # the text is the same: the documents changed
        return page(request, draft, other, told=[errors.sentence(stale)], status=HTTPStatus.CONFLICT)
    return page(request, draft, stale.typed, conflict=conflict, status=HTTPStatus.CONFLICT)


def refused(request: HttpRequest, draft: Draft, typed: Typed, error: Error) -> HttpResponse:
    """The draft as it was left, with the reason on top and at the field that it is about."""
    answer, at_field = errors.noted(request, error), {}
    sentence = answer.text(error)
    if isinstance(error, _AT_RECIPIENTS):
        at_field = {"to": sentence}
    elif at := next((name for kind, name in _AT_FIELD.items() if isinstance(error, kind)), None):
        at_field = {at: sentence}
    content = drafts.read(draft, keys=_actor(request).keys) if typed.base is None else typed.content
    response = page(request, draft, content, told=[sentence], at_field=at_field, status=answer.status)
    return errors.with_delay(response, error)


def page(
    request: HttpRequest,
    draft: Draft,
    content: Content,
    *,
    told: Sequence[str] = (),
    at_field: Mapping[str, str] = _NOTHING,
    conflict: Conflict | None = None,
    doubted: Sequence[Doubt] = (),
    token: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    actor, at = _actor(request), clock.now()
    composer = drafting.compose(draft, content, by=actor, at=at)
    context = {
        "nav": nav.of(actor, "compose"),
        "here": reverse("web:draft", args=[draft.id]),  # the address of an answer to a POST leads nowhere
        "scripts": SCRIPTS,
        "draft": composer.draft,
        "forecast": composer.forecast,
        "answered": drafting.answered(draft, by=actor, at=at),
        "labels": drafting.label_choices(),
        "laters": drafting.later_choices(zone=actor.person.zone, at=at),
        "patients": drafting.patient_choices(),
        "templates": snippets.templates(by=actor),
        "doubts": doubted,
        "confirmed": token or request.POST.get("confirmed", ""),
        "errors": told,
        "field_errors": at_field,
        "conflict": conflict,
    }
    return render(request, "web/draft.html", context, status=status)


def _actor(request: HttpRequest) -> Actor:
    """Of a request whose view has made sure that there is one."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotFound
    return actor
