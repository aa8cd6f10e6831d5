"""What a request says of itself and is not believed: the host it asks for, the names of its cookies (attack 29).

`__Host-` before a cookie's name makes a browser refuse it from a sibling host. That holds for exactly these octets:
`U+2000__Host-sceau` is another name to a browser, any sibling may set it, and Django, which strips every kind of space,
would read it as ours, and as the last one said, over the true one. So a name that is no plain token does not come in.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 6265 §4.1.1, RFC 9110 §5.6.2


class StrictHeaders:
    """Answers 400 for a Host that is not in SCEAU_HOSTS, on pages that never ask for it too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # raises DisallowedHost
        if "HTTP_COOKIE" in request.META:
            request.META["HTTP_COOKIE"] = plain(request.META["HTTP_COOKIE"])
        return self.get_response(request)


def plain(header: str) -> str:
    """The cookies of a Cookie header (octets as WSGI gives them, in latin-1) whose names are plain tokens."""
    return "; ".join(pair for pair in header.split(";") if _TOKEN.fullmatch(pair.partition("=")[0].strip(" \t")))
