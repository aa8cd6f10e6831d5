"""Who is there: the middleware that turns a cookie into an actor, for one request."""

from collections.abc import Callable

from django.http import HttpResponseBase

from sceau.accounts import actor
from sceau.core import clock
from sceau.vault import sessions
from sceau.vault.sessions import Assurance, Found
from sceau.web import cookies
from sceau.web.requests import Request, is_human


class SessionMiddleware:
    """Sets `request.found` (a session of the vault) and `request.actor` (only when it is open, at CODE or better).

    Keys live as long as the request. Nothing that we answer may be kept by a browser or a proxy unless its view says
    so (attack 29).
    """

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        request.found = _found(request)
        request.actor = actor.of(request.found)
        if request.actor and request.actor.assurance < Assurance.CODE:
            request.actor = None
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _found(request: Request) -> Found | None:
    cookie = cookies.session(request)
    if not cookie:
        return None
    return sessions.find(cookie, at=clock.now(), human=is_human(request))
