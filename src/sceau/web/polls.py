"""The shortest road for the answer that open desks hear all day: nothing new (decision 0020).

It stands before Django, whose work for a request is four times that of the question. It knows one answer, 304, and
gives it only where every check of the long road would have passed: whatever is new, odd or in doubt goes that way.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sceau.core import clock
from sceau.envelopes import arrivals
from sceau.ui import csp
from sceau.ui.proxies import TrustedProxies
from sceau.vault import sessions
from sceau.vault.sessions import COOKIE, SessionGone

Environ = dict[str, Any]  # WSGI's own (PEP 3333)
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_NAMED = re.compile(rf"{COOKIE}(?!-)")  # however it is written; that of the device goes on with a hyphen
_PLAIN = re.compile(rf"(?:^|; ){COOKIE}=([0-9A-Za-z_-]+)(?=;|$)")
_HOST = re.compile(r"([a-z0-9.-]+)(?::[0-9]+)?")


class NothingNew:
    """Wraps the application that answers everything else."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.path = reverse("web:news")
        self.proxies = TrustedProxies(_no_page)
        self.headers = {scheme: _headers(scheme) for scheme in ("http", "https")}

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != self.path or not (tag := _known(environ)):
            return self.application(environ, start_response)
        start_response("304 Not Modified", [*self.headers[self.proxies.scheme(environ)], ("ETag", tag)])
        return []


def _no_page(_request: HttpRequest) -> HttpResponse:
    raise NotImplementedError("nothing passes through it: it only says how a client came")


def _headers(scheme: str) -> list[tuple[str, str]]:
    return [*csp.everywhere(scheme).items(), ("Vary", "Accept-Language, Cookie")]


def _known(environ: Environ) -> str:
    """The tag of what the desk knows, while it is all there is to know; empty when in doubt."""
    tag, cookie = environ.get("HTTP_IF_NONE_MATCH"), _cookie(environ.get("HTTP_COOKIE", ""))
    if not tag or environ["REQUEST_METHOD"] != "GET" or not cookie or not _is_ours(environ):
        return ""
    try:
        news = arrivals.since(sessions.mark(cookie, at=clock.now()))
    except (Error, SessionGone):
        return ""
    return tag if news and tag == news.tag else ""


def _cookie(header: str) -> str:
    """The session's, if it is named once and plainly: of two, Django would take the last."""
    plain = _PLAIN.findall(header)
    return str(plain[0]) if len(plain) == len(_NAMED.findall(header)) == 1 else ""


def _is_ours(environ: Environ) -> bool:
    host = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    return host is not None and host[1] in settings.SCEAU_HOSTS
