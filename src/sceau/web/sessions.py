"""Who is there: the middleware that turns a cookie into an actor, for one request."""

from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseBase

from sceau.accounts import actor
from sceau.core import clock
from sceau.ui import errors
from sceau.vault import sessions
from sceau.vault.sessions import Assurance, Found
from sceau.web import cookies, keeping
from sceau.web.requests import Request, is_human


class SessionMiddleware:
    """Sets `request.found` (a session of the vault) and `request.actor` (only when it is open, at CODE or better).

    Keys live as long as the request. Nothing that we answer may be kept by a browser or a proxy unless its view says
    so (attack 29).
    """

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        request.found = request.actor = request.trouble = None
        try:
            request.found = _found(request)
            request.actor = actor.of(request.found)
        except (OperationalError, InterfaceError) as error:
            request.trouble = error
        if request.actor and request.actor.assurance < Assurance.CODE:
            request.actor = None
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: Request, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Nobody is taken for a stranger because the database is locked or gone: only what was typed goes further."""
        if request.trouble is None or keeping.keeps(view):
            return None
        return errors.crash(request, request.trouble)


def _found(request: Request) -> Found | None:
    cookie = cookies.session(request)
    if not cookie:
        return None
    return sessions.find(cookie, at=clock.now(), human=is_human(request))
