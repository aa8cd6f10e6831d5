"""« Y a-t-il du nouveau ? »: what every open desk asks every few seconds."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from sceau.core import clock
from sceau.envelopes import arrivals
from sceau.envelopes.arrivals import News
from sceau.vault import sessions
from sceau.vault.models import Session
from sceau.vault.sessions import SessionGone
from sceau.web import cookies

_NOT_MODIFIED, _SIGNED_OUT, _LOCKED, _TRY_LATER = 304, 401, 423, 503


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """304 for who knows it already; 200 with the newest envelope and how many wait; 401 or 423 for no open session."""
    try:
        found = _found(cookies.session(request))
    except (OperationalError, InterfaceError):
        return JsonResponse({"code": "busy"}, status=_TRY_LATER)
    if not isinstance(found, News):
        return found
    if request.headers.get("If-None-Match") == found.tag:
        response = HttpResponse(status=_NOT_MODIFIED)
    else:
        response = JsonResponse({"newest": found.newest, "unopened": found.unopened})
        response.headers["Content-Length"] = str(len(response.content))
    response.headers["ETag"] = found.tag
    return response


def _found(cookie: str) -> News | HttpResponse:
    at = clock.now()
    try:
        known = arrivals.since(sessions.mark(cookie, at=at))
    except SessionGone:
        known = None
    return known or _not_open(sessions.find(cookie, at=at, human=False))


def _not_open(found: sessions.Found | None) -> HttpResponse:
    if found and found.session.state == Session.State.LOCKED:
        return JsonResponse({"code": "locked"}, status=_LOCKED)
    return JsonResponse({"code": "signed-out"}, status=_SIGNED_OUT)
