"""Writing: every form here keeps what was typed, whatever goes wrong with it.

Text is saved before anything else is tried; what cannot be saved comes back in the answer (`keeping`).
"""

from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sceau.accounts import people
from sceau.accounts.actor import Actor
from sceau.core import clock
from sceau.core.errors import NotFound, Refused, TryLater
from sceau.envelopes import access, attachments, drafts, lookups, pieces, planning, rules, sending, snippets
from sceau.envelopes.drafts import Content, Stale
from sceau.envelopes.models import Copy, Draft
from sceau.envelopes.reading import Unsealed
from sceau.ui import flash
from sceau.vault.sessions import Assurance
from sceau.web import composing, doubts, drafting, nav, signing, uploads
from sceau.web.guards import signed_in
from sceau.web.keeping import kept
from sceau.web.pages import Confirm
from sceau.web.redirects import see
from sceau.web.requests import SignedIn, SignedInOrLocked, is_script
from sceau.web.uploads import SealingUpload


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
    return composing.page(request, draft, content)


@require_POST
@kept
@signed_in(Assurance.CODE, locked_ok=True)
def save(request: SignedInOrLocked, draft_id: UUID) -> HttpResponse:
    """Keep what is being typed; for a locked session too, which gets no answer about its content (V7)."""
    return _save(request, composing.draft(request, draft_id))


def _save(request: SignedInOrLocked, draft: Draft) -> HttpResponse:
    typed = drafting.read(request.POST)
    try:
        composing.keep(draft, typed, request.actor)
    except Stale as stale:
        if request.actor is None or is_script(request):
            raise
        return composing.conflict(request, draft, stale)
    if request.actor is None:
        return composing.locked(request, draft)
    if is_script(request):
        return JsonResponse(composing.saved(request, draft, typed.content))
    return see("web:draft", draft.id)


@csrf_exempt  # until `_attach`: see sceau.web.uploads
@require_POST
@kept
@signed_in(Assurance.CODE, locked_ok=True)
def attach(request: SignedInOrLocked, draft_id: UUID) -> HttpResponseBase:
    """Seal documents as they arrive, and save the text that came with them."""
    draft = composing.draft(request, draft_id)
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
        composing.keep(draft, typed, request.actor)
    except Stale as stale:
        if request.actor is None:
            raise
        return composing.conflict(request, draft, stale)
    except (Refused, TryLater) as error:
        if request.actor is None or is_script(request):
            raise
        return composing.refused(request, draft, typed, error)
    if request.actor is None:
        return composing.locked(request, draft)
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
        composing.keep(draft, typed, request.actor)
    except Stale as stale:
        return composing.conflict(request, draft, stale)
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
        composing.keep(draft, typed, by)
    except Stale as stale:
        return composing.conflict(request, draft, stale)
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
        # Locked meanwhile: kept, to be sealed after the unlock.
        return _save(request, composing.draft(request, draft_id))
    try:
        draft = access.draft(draft_id, for_=request.actor)
        return _seal(request, request.actor, draft)
    except NotFound:
        copy = access.sealed(draft_id, for_=request.actor)
        return see("web:envelope", copy.id)


def _seal(request: HttpRequest, actor: Actor, draft: Draft) -> HttpResponse:
    typed = drafting.read(request.POST)
    try:
        composing.keep(draft, typed, actor)
        if typed.unsent:
            text = _("Le document que vous avez choisi n’est pas encore joint : appuyez sur « Joindre », puis scellez.")
            return composing.page(request, draft, typed.content, told=[text], status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if asked := _doubts(request, draft, actor):
            return asked
        sending.seal(draft, by=actor, at=clock.now())
    except Stale as stale:
        return composing.conflict(request, draft, stale)
    except (Refused, TryLater) as error:
        return composing.refused(request, draft, typed, error)
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
    return composing.page(request, draft, content, doubted=tuple(map(doubts.told, found)), token=token)
