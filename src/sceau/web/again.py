"""Showing a form again, filled as it was, with the reason it was refused."""

from collections.abc import Mapping

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sceau.core.errors import Error, TooMany
from sceau.ui import errors

INVALID = 422
_NOTHING: Mapping[str, object] = {}


def invalid(request: HttpRequest, template: str, form: Form, context: Mapping[str, object] = _NOTHING) -> HttpResponse:
    _lead(form)
    return render(request, template, {**context, "form": form}, status=INVALID)


def refused(
    request: HttpRequest,
    template: str,
    form: Form,
    error: Error,
    context: Mapping[str, object] = _NOTHING,
    *,
    field: str | None = None,
) -> HttpResponse:
    """The sentence of `error` stands at `field`, or above the form."""
    form.add_error(field, errors.sentence(error))
    _lead(form)
    response = render(request, template, {**context, "form": form}, status=errors.answer(error).status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def _lead(form: Form) -> None:
    """The focus goes to the first field that is to be mended."""
    faulty = next((name for name in form.fields if name in form.errors), None)
    if faulty is not None:
        for name, field in form.fields.items():
            field.widget.attrs["autofocus"] = name == faulty
