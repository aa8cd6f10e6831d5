"""Which language a page speaks: the account's, then the browser's, then French. Never the address."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from sceau.web.requests import Request


class LanguageMiddleware:
    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        language = _of_account(request) or _of_browser(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def _of_account(request: Request) -> str | None:
    return request.actor.person.language if request.actor else None


def _of_browser(request: Request) -> str:
    """Best match among ours; Django's own reading of the header, without its cookie and path."""
    for wanted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return translation.get_supported_language_variant(wanted)
        except LookupError:
            continue
    return "fr"
