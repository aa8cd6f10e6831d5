"""One sentence carried over a redirect, in a short signed cookie, shown once; with it, perhaps, the way to undo an act.

The sentence is ours and neutral ("Enveloppe scellée."): never a name, a subject or an address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

_COOKIE = "__Host-flash"
_SALT = "sceau.flash"
_SECONDS = 60
_KINDS = ("ok", "warn", "info")

_Response = TypeVar("_Response", bound=HttpResponseBase)


@dataclass(frozen=True, slots=True)
class Message:
    kind: str  # "ok", "warn", "info"
    text: str
    undo: str = ""  # POST here to take the act back


def add(response: _Response, text: str, *, kind: str = "ok", undo: str = "") -> _Response:
    """Show `text` on the next page, with a button that posts to the path `undo`. Returns the response it was given."""
    value = signing.dumps([kind, str(text), undo], salt=_SALT)
    response.set_cookie(_COOKIE, value, max_age=_SECONDS, secure=True, httponly=True, samesite="Lax")
    return response


def read(request: HttpRequest) -> Message | None:
    """The waiting sentence, if any. The middleware drops the cookie once a page has shown it."""
    if not (value := request.COOKIES.get(_COOKIE)):
        return None
    try:
        kind, text, undo = signing.loads(value, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    request.flash_was_read = True  # type: ignore[attr-defined]  # a mark for our own middleware
    return Message(kind if kind in _KINDS else "info", text, undo)


class FlashMessages:
    """Forgets the sentence as soon as a page has printed it."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        if getattr(request, "flash_was_read", False) and _COOKIE not in response.cookies:
            # Django's delete_cookie() keeps the Secure flag only for known prefixes: __Host- is one.
            response.delete_cookie(_COOKIE, samesite="Lax")
        return response
