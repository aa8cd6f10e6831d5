"""Nothing typed is lost: what a composer's form brought and could not be saved comes back in the answer.

The answer goes to whoever sent the text, and shows nothing else; an absent draft and somebody else's look
the same in it.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect

from sceau.core.errors import Error, NotFound
from sceau.envelopes.drafts import Stale
from sceau.ui import errors
from sceau.vault.models import Session
from sceau.vault.sessions import Found, SessionGone
from sceau.web import drafting
from sceau.web.requests import is_script

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponseBase]


def kept(view: _View[_P]) -> _View[_P]:
    """For views that save text into the draft their URL names. Scripts hold the text themselves: they get JSON."""

    @wraps(view)
    def keeping(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponseBase:
        draft_id, trouble = kwargs["draft_id"], _trouble(request)
        if is_script(request):
            if trouble:
                raise trouble
            return view(request, *args, **kwargs)
        if trouble:
            return _give_back(request, errors.of_database(trouble), draft_id)
        if not _has_session(request):
            return _give_back(request, SessionGone(), draft_id, sign_in=True)
        try:
            return view(request, *args, **kwargs)
        except (NotFound, Stale) as error:
            return _give_back(request, error, draft_id)
        except (OperationalError, InterfaceError) as error:
            return _give_back(request, errors.of_database(error), draft_id)

    keeping.keeps_text = True  # type: ignore[attr-defined]  # asked by `keeps`, through later decorators
    return keeping


def keeps(view: Callable[..., Any]) -> bool:
    """Is this view wrapped in `kept`?"""
    return getattr(view, "keeps_text", False)


def _give_back(request: HttpRequest, error: Error, draft_id: object, *, sign_in: bool = False) -> HttpResponse:
    with suppress(AttributeError):  # a body that was read already
        request.upload_handlers = [_DropFiles(request)]
    return _answer(request, error, draft_id, sign_in=sign_in)


@csrf_protect  # `attach` checks later than it may end here: text from another site must not come back as one's own
def _answer(request: HttpRequest, error: Error, draft_id: object, *, sign_in: bool) -> HttpResponse:
    answer = errors.noted(request, error)
    gone = isinstance(error, NotFound)
    typed = drafting.read(request.POST).content
    context = {
        "title": answer.title,
        "text": answer.text(error),
        "typed": typed,
        "html_of": drafting.digest(typed.text),
        "base": request.POST.get("revision", ""),
        "action": reverse("web:compose") if gone else reverse("web:draft-save", args=[draft_id]),
        "gone": gone,
        "sign_in": sign_in,
    }
    return errors.with_delay(render(request, "web/kept.html", context, status=answer.status), error)


def _trouble(request: HttpRequest) -> OperationalError | InterfaceError | None:
    """Why the database did not say whose session this is."""
    trouble: OperationalError | InterfaceError | None = getattr(request, "trouble", None)
    return trouble


def _has_session(request: HttpRequest) -> bool:
    found: Found | None = getattr(request, "found", None)
    return found is not None and found.session.state != Session.State.PENDING


class _DropFiles(FileUploadHandler):
    """Reads past files: whoever sends them is not signed in any more."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never called: the file was skipped."""

    def file_complete(self, file_size: int) -> None:
        """Never called: the file was skipped."""
