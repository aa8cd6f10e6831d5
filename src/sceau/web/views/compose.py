"""Writing: every form here keeps what was typed, whatever goes wrong with it.

Text is saved before anything else is tried; what cannot be saved comes back in the answer (`keeping`).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import Error, NotFound, Refused, TryLater
from sceau.envelopes import access, attachments, drafts, lookups, options, pieces, planning, rules, sending, snippets
from sceau.envelopes.drafts import Content, Stale
from sceau.envelopes.models import Copy, Draft
from sceau.envelopes.reading import Unsealed
from sceau.ui import dates, errors, flash
from sceau.vault.sessions import Assurance
from sceau.web import doubts, drafting, nav, signing, uploads
from sceau.web.drafting import Typed
from sceau.web.guards import signed_in
from sceau.web.keeping import kept
from sceau.web.next_page import redirect_to
from sceau.web.pages import Confirm, Conflict, Doubt
from sceau.web.redirects import see
from sceau.web.requests import SignedIn, SignedInOrLocked, is_script
from sceau.web.uploads import SealingUpload

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


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(Assurance.CODE)
def create(request: SignedIn) -> HttpResponse:
    """A new draft: an empty one from a link (unlisted until somebody writes in it), or what a form brings."""
    content = drafting.read(request.POST).content
    if content == drafts.EMPTY and not people.may_write(request.actor.person):
        raise rules.NotEntitled
    return see("web:draft", drafts.create(request.actor, content, at=clock.now()).id)


@require_POST
@signed_in(Assurance.CODE)
def reply(request: SignedIn, copy_id: UUID) -> HttpResponse:
    """A new draft to the sender of an envelope that was opened; nothing of it is quoted."""
    at, by = clock.now(), request.actor
    copy = access.copy(copy_id, for_=by)
    access.opening(copy, by=by, at=at)
    if copy.role == Copy.Role.FROM:
        raise NotFound  # what one sent is not answered
    letter = Unsealed(copy, keys=by.keys).summary
    content = Content(to=letter.sender.address, subject=rules.reply_subject(letter.subject), text=signing.below(by=by))
    return see("web:draft", drafts.create(by, content, reply_to=copy.envelope_id, at=at).id)


@require_safe
@signed_in(Assurance.CODE)
def edit(request: SignedIn, draft_id: UUID) -> HttpResponse:
    draft = access.draft(draft_id, for_=request.actor)
    content = drafts.read(draft, keys=request.actor.keys)
    if not draft.revision:
        content = Content(text=signing.below(by=request.actor))  # shown, and kept with the first words of one's own
    return _page(request, draft, content)


@require_POST
@kept
@signed_in(Assurance.CODE, locked_ok=True)
def save(request: SignedInOrLocked, draft_id: UUID) -> HttpResponse:
    """Keep what is being typed; for a locked session too, which gets no answer about its content (V7)."""
    return _save(request, _draft(request, draft_id))


def _save(request: SignedInOrLocked, draft: Draft) -> HttpResponse:
    typed = drafting.read(request.POST)
    try:
        _keep(draft, typed, request.actor)
    except Stale as stale:
        if request.actor is None or is_script(request):
            raise
        return _conflict(request, draft, stale)
    if request.actor is None:
        return _locked(request, draft)
    if is_script(request):
        return JsonResponse(_saved(request, draft, typed.content))
    return see("web:draft", draft.id)


@csrf_exempt  # until `_attach`: see sceau.web.uploads
@require_POST
@kept
@signed_in(Assurance.CODE, locked_ok=True)
def attach(request: SignedInOrLocked, draft_id: UUID) -> HttpResponseBase:
    """Seal documents as they arrive, and save the text that came with them."""
    draft = _draft(request, draft_id)
    with uploads.sealing(request, limit=attachments.room(draft)) as arrived:
        return _attach(request, draft, arrived)


@csrf_protect
def _attach(request: SignedInOrLocked, draft: Draft, arrived: SealingUpload) -> HttpResponse:
    typed = drafting.read(request.POST)
    try:
        for received in arrived.claim():
            attachments.attach(draft, received, at=clock.now())
        if arrived.error:
            raise arrived.error
        _keep(draft, typed, request.actor)
    except Stale as stale:
        if request.actor is None:
            raise
        return _conflict(request, draft, stale)
    except (Refused, TryLater) as error:
        if request.actor is None or is_script(request):
            raise
        return _refused(request, draft, typed, error)
    if request.actor is None:
        return _locked(request, draft)
    if is_script(request):
        return render(request, "web/_attachments.html", {"draft": drafting.attached(draft, by=request.actor)})
    return see("web:draft", draft.id)


@require_POST
@kept
@signed_in(Assurance.CODE)
def detach(request: SignedIn, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    """Take a document off, or give up one that came in part; one that is gone already is fine."""
    draft, typed = access.draft(draft_id, for_=request.actor), drafting.read(request.POST)
    with suppress(NotFound):
        attachments.detach(access.upload(upload_id, draft=draft.id, for_=request.actor), at=clock.now())
    with suppress(NotFound):
        pieces.abandon(access.arrival(upload_id, draft=draft), at=clock.now())
    try:
        _keep(draft, typed, request.actor)
    except Stale as stale:
        return _conflict(request, draft, stale)
    return see("web:draft", draft.id)


@require_POST
@kept
@signed_in(Assurance.CODE)
def insert(request: SignedIn, draft_id: UUID) -> HttpResponse:
    """A template into the letter: above the signature, or for a script that puts it where the cursor stands."""
    by, draft = request.actor, access.draft(draft_id, for_=request.actor)
    template = snippets.template(drafting.template_id(request.POST), by=by)
    if is_script(request):
        return JsonResponse({"text": template.text})
    typed = drafting.read(request.POST)
    typed = replace(typed, content=signing.inserted(typed.content, template.text, by=by))
    try:
        _keep(draft, typed, by)
    except Stale as stale:
        return _conflict(request, draft, stale)
    return see("web:draft", draft.id)


@require_POST
@signed_in(Assurance.CODE)
def discard(request: SignedIn, draft_id: UUID) -> HttpResponse:
    """Asks once more when something would be lost."""
    draft = access.draft(draft_id, for_=request.actor)
    if "oui" not in request.GET and (draft.revision or draft.uploads.exists()):
        confirm = Confirm(
            title=_("Jeter ce brouillon ?"),
            text=_("Le texte et les documents joints seront détruits. Cela ne peut pas être annulé."),
            action=f"{request.path}?oui",
            button=_("Jeter le brouillon"),
            back=reverse("web:draft", args=[draft.id]),
        )
        return render(request, "web/confirm.html", {"nav": nav.of(request.actor, "compose"), "confirm": confirm})
    drafts.discard(draft, at=clock.now())
    return flash.add(see("web:drafts"), _("Brouillon jeté."))


@require_POST
@kept
@signed_in(Assurance.CODE, locked_ok=True)
def seal(request: SignedInOrLocked, draft_id: UUID) -> HttpResponse:
    """Save what was typed, then seal what was saved. A doubled submit leads to the one envelope."""
    if request.actor is None:
        return _save(request, _draft(request, draft_id))  # locked meanwhile: kept, to be sealed after the unlock
    try:
        draft = access.draft(draft_id, for_=request.actor)
        return _seal(request, request.actor, draft)
    except NotFound:
        copy = access.sealed(draft_id, for_=request.actor)
        return see("web:envelope", copy.id)


def _seal(request: HttpRequest, actor: Actor, draft: Draft) -> HttpResponse:
    typed = drafting.read(request.POST)
    try:
        _keep(draft, typed, actor)
        if typed.unsent:
            text = _("Le document que vous avez choisi n’est pas encore joint : appuyez sur « Joindre », puis scellez.")
            return _page(request, draft, typed.content, told=[text], status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if asked := _doubts(request, draft, actor):
            return asked
        sending.seal(draft, by=actor, at=clock.now())
    except Stale as stale:
        return _conflict(request, draft, stale)
    except (Refused, TryLater) as error:
        return _refused(request, draft, typed, error)
    copy = access.sealed(draft.id, for_=actor)
    return flash.add(see("web:envelope", copy.id), _sealed(copy))


def _sealed(copy: Copy) -> str:
    if copy.envelope.deliver_at:
        return _("Enveloppe scellée. Elle sera remise à l’heure choisie.")
    return _("Enveloppe scellée et envoyée.")


def _doubts(request: HttpRequest, draft: Draft, actor: Actor) -> HttpResponse | None:
    """The page with what is worth a look, once; nothing when there is nothing, or when it was seen and confirmed."""
    content, at = drafts.read(draft, keys=actor.keys), clock.now()
    try:
        planning.plan(draft, content, [], by=actor, at=at)
    except Refused:
        return None  # sealing says why: nobody confirms what is refused in the end
    except lookups.Unchecked:
        pass  # asked all the same: that there is a question must not tell who has a mailbox here
    found = doubts.of(drafting.compose(draft, content, by=actor, at=at), content, by=actor, at=at)
    token = doubts.token(draft.id, found)
    if not found or request.POST.get("confirmed") == token:
        return None
    return _page(request, draft, content, doubted=tuple(map(doubts.told, found)), token=token)


def _draft(request: SignedInOrLocked, id: UUID) -> Draft:
    if request.actor:
        return access.draft(id, for_=request.actor)
    if request.locked_person is None:
        raise NotFound
    return access.draft_to_save(id, author=request.locked_person)


def _keep(draft: Draft, typed: Typed, actor: Actor | None) -> None:
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


def _saved(request: SignedInOrLocked, draft: Draft, content: Content) -> dict[str, object]:
    """What the script that saves wants to know."""
    if request.actor is None:
        return {"revision": draft.revision, "saved": _("Brouillon enregistré.")}
    composer = drafting.compose(draft, content, by=request.actor, at=clock.now())
    plan = render_to_string("web/_plan.html", {"forecast": composer.forecast, "draft": composer.draft}, request)
    people = {known.address: drafting.person(known) for known in (*composer.draft.to, *composer.draft.cc)}
    return {"revision": draft.revision, "saved": composer.draft.saved, "plan": plan, "people": people}


def _locked(request: SignedInOrLocked, draft: Draft) -> HttpResponse:
    """Saved, but nothing is shown before the unlock, which leads back to the draft."""
    if is_script(request):
        text = _("Votre session est verrouillée. Ce que vous écriviez est enregistré.")
        title = _("Session verrouillée")
        answer = {**_saved(request, draft, drafts.EMPTY), "code": "locked", "title": title, "text": text}
        return JsonResponse(answer, status=HTTPStatus.LOCKED)
    return redirect_to("web:locked", reverse("web:draft", args=[draft.id]))


def _conflict(request: HttpRequest, draft: Draft, stale: Stale) -> HttpResponse:
    """Both versions: what was typed in the form, what another tab saved below it."""
    actor = _actor(request)
    drafts.reload(draft)
    other = drafts.read(draft, keys=actor.keys)
    when = dates.when(draft.saved_at, now=clock.now(), zone=actor.person.zone)
    conflict = Conflict(when, to=other.to, cc=other.cc, subject=other.subject, body=other.text)
    if other == stale.typed:  # the text is the same: the documents changed
        return _page(request, draft, other, told=[errors.sentence(stale)], status=HTTPStatus.CONFLICT)
    return _page(request, draft, stale.typed, conflict=conflict, status=HTTPStatus.CONFLICT)


def _refused(request: HttpRequest, draft: Draft, typed: Typed, error: Error) -> HttpResponse:
    """The draft as it was left, with the reason on top and at the field that it is about."""
    answer, at_field = errors.noted(request, error), {}
    sentence = answer.text(error)
    if isinstance(error, _AT_RECIPIENTS):
        at_field = {"to": sentence}
    elif at := next((name for kind, name in _AT_FIELD.items() if isinstance(error, kind)), None):
        at_field = {at: sentence}
    content = drafts.read(draft, keys=_actor(request).keys) if typed.base is None else typed.content
    page = _page(request, draft, content, told=[sentence], at_field=at_field, status=answer.status)
    return errors.with_delay(page, error)


def _page(
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
