"""Who may reach a view, and where the others are led."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, overload

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sceau.accounts import people
from sceau.core.errors import Refused
from sceau.vault.models import Session
from sceau.vault.sessions import Assurance
from sceau.web.next_page import came_from, redirect_to
from sceau.web.requests import Request, SignedIn, SignedInOrLocked, is_fragment, is_script

__all__ = ["SignedIn", "SignedInOrLocked", "signed_in"]

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponseBase]


@overload
def signed_in(
    level: Assurance,
) -> Callable[[Callable[Concatenate[SignedIn, _P], HttpResponseBase]], _View[_P]]: ...
@overload
def signed_in(
    level: Assurance, *, locked_ok: Literal[True]
) -> Callable[[Callable[Concatenate[SignedInOrLocked, _P], HttpResponseBase]], _View[_P]]: ...
def signed_in(level: Assurance, *, locked_ok: bool = False) -> Callable[..., Any]:
    """Let through who proved himself at `level` or better.

    Others are led to the way in, and back here afterwards; a locked session's POST is answered 423, a script's request
    401 or 423 in JSON. With `locked_ok` a locked session passes too, without an actor: `locked_person` says whose.
    """

    def guard(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # what the URL names
            request.locked_person = None
            if request.actor and request.actor.assurance >= level:
                return view(request, *args, **kwargs)
            if request.actor:
                raise Refused  # no way in is strong enough yet: leading to one would go round in circles
            session = request.found.session if request.found else None
            locked = session if session and session.state == Session.State.LOCKED else None
            if locked_ok and locked and (person := people.of(locked.principal_id)):
                request.locked_person = person
                return view(request, *args, **kwargs)
            return _for_fragment(request, _lead(request, session))

        return guarded

    return guard


def _lead(request: Request, session: Session | None) -> HttpResponse:
    locked = session is not None and session.state == Session.State.LOCKED
    if is_script(request):
        return _tell_script(locked)
    if locked and request.method not in ("GET", "HEAD"):
        return render(request, "web/lock/refused.html", {"next": came_from(request)}, status=423)
    if locked:
        return redirect_to("web:locked", came_from(request))
    pending = session is not None and session.state == Session.State.PENDING
    return redirect_to("web:login-code" if pending else "web:login", came_from(request))


def _for_fragment(request: Request, lead: HttpResponse) -> HttpResponse:
    """A redirect would put the lock into a pane: the whole window goes there, and comes back to what it showed."""
    if not is_fragment(request) or is_script(request):
        return lead
    if request.method in ("GET", "HEAD"):
        address = lead.headers["Location"]
    else:
        session = request.found.session if request.found else None
        locked = session is not None and session.state == Session.State.LOCKED
        address = redirect_to("web:locked" if locked else "web:login", came_from(request)).headers["Location"]
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def _tell_script(locked: bool) -> JsonResponse:
    if locked:
        text = _("Votre session est verrouillée. Rien n’est perdu : déverrouillez-la, puis recommencez.")
        return JsonResponse({"code": "locked", "title": _("Session verrouillée"), "text": text}, status=423)
    text = _("Vous n’êtes plus connecté. Rien n’est perdu : reconnectez-vous, puis recommencez.")
    return JsonResponse({"code": "signed-out", "title": _("Session terminée"), "text": text}, status=401)
