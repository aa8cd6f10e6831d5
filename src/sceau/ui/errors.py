"""From an error to a page, or to JSON for our own scripts.

`ErrorPages` answers what views raise. What is raised outside a view (a middleware, the URL resolver) reaches Django's
handlers, which call `page` and `crash` here through `web.views.errors`.
"""

import sqlite3
import traceback
from collections.abc import Callable
from http import HTTPStatus

import psycopg
import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from sceau.core import errors
from sceau.ui.answers import CRASH, TABLE, Answer

_RETRY_SECONDS = 30
_DISK_FULL = "53100"  # PostgreSQL, appendix A
_log = structlog.get_logger(__name__)

EXPIRED_FORM = Answer(
    403,
    _("Cette page est restée ouverte trop longtemps"),
    _("Par sécurité, votre demande n’a pas été exécutée. Revenez en arrière, rechargez la page et recommencez : ce qui"
      " était enregistré l’est toujours."),
)  # fmt: skip
WRONG_METHOD = Answer(
    405,
    _("Cette adresse attend un geste"),
    _("Elle ne s’ouvre pas comme une page. Rien n’a changé : revenez en arrière et utilisez le bouton."),
)
TOO_LONG = Answer(
    413,
    _("C’est trop long"),
    _("Le texte envoyé dépasse ce qu’une enveloppe peut contenir. Il est encore dans la page précédente : revenez en"
      " arrière, et joignez-le plutôt comme document."),
)  # fmt: skip


def answer(error: errors.Error) -> Answer:
    """The line of the error's class, or of the nearest one above it."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def sentence(error: errors.Error) -> str:
    """What happened, that nothing is lost, what to do: in the language in force."""
    return answer(error).text(error)


def noted(request: HttpRequest, error: errors.Error) -> Answer:
    """Its answer; the line of this request in the log gets its code: the operator learns that a disk is full."""
    request.error_code = error.code  # type: ignore[attr-defined]  # read by ui.logs
    return answer(error)


def respond(request: HttpRequest, error: errors.Error) -> HttpResponse:
    found = noted(request, error)
    return with_delay(page(request, found, code=error.code, text=found.text(error)), error)


def with_delay(response: HttpResponse, error: errors.Error) -> HttpResponse:
    """The same response, saying when to come back where that may help."""
    if isinstance(error, errors.TooMany):
        response["Retry-After"] = str(error.retry_after)
    elif response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def page(request: HttpRequest, found: Answer, *, code: str, text: str = "") -> HttpResponse:
    """The error page; its words as JSON when a script of ours asked, in place of the part that htmx asked for."""
    words = {"code": code, "title": str(found.title), "text": text or str(found.sentence)}
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(words, status=found.status)
    template = "web/_error.html" if "HX-Request" in request.headers else "web/error.html"
    response = render(request, template, words | {"status": found.status}, status=found.status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def crash(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """Whatever nobody foresaw, except the few things that foreign code raises and we can name."""
    if known := _translated(error):
        return respond(request, known)
    if isinstance(error, RequestDataTooBig):
        return page(request, TOO_LONG, code="too-long")
    _log.error("crash", exc_info=error)
    return page(request, CRASH, code="crash")


class ErrorPages:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not getattr(response, "content", b""):
            allowed = response.headers.get("Allow", "")
            response = page(request, WRONG_METHOD, code="wrong-method")
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if known := _translated(error):
            return respond(request, known)
        if isinstance(error, RequestDataTooBig):
            return page(request, TOO_LONG, code="too-long")
        return None


def of_database(error: OperationalError | InterfaceError) -> errors.Error:
    """A database that is locked or gone is Busy; one that cannot grow has a full disk; one that went away while it
    committed has perhaps done what it was asked."""
    _log.warning("database", exc_info=error)
    full = getattr(error.__cause__, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    if full or getattr(error.__cause__, "sqlstate", "") == _DISK_FULL:
        return errors.StorageFull()
    return errors.Unconfirmed() if _while_committing(error) else errors.Busy()


def _while_committing(error: OperationalError | InterfaceError) -> bool:
    """A server that answers says why it refused (sqlstate), and has then not committed. SQLite refuses in full."""
    unanswered = isinstance(error.__cause__, psycopg.Error) and error.__cause__.sqlstate is None
    return unanswered and any(frame.name == "_commit" for frame in traceback.extract_tb(error.__traceback__))


def _translated(error: BaseException | None) -> errors.Error | None:
    """Our own errors as they are; a database's in our words."""
    if isinstance(error, OperationalError | InterfaceError):
        return of_database(error)
    return error if isinstance(error, errors.Error) else None
