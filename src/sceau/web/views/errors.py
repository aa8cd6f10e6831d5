"""What Django calls when a request fails outside our views."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from sceau.core.errors import Malformed, NotFound, Refused
from sceau.ui import errors


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return errors.respond(request, NotFound())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return errors.respond(request, Refused())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return errors.crash(request, exception)
    return errors.respond(request, Malformed())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than its session's token, or sent from elsewhere: nobody is told which."""
    return errors.page(request, errors.EXPIRED_FORM, code="expired-form")


def crash(request: HttpRequest) -> HttpResponse:
    return errors.crash(request, sys.exc_info()[1])
