"""The one table from error class to what a person reads, and the middleware that answers with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from sceau.core import errors


@dataclass(frozen=True, slots=True)
class Answer:
    """Texts are lazy translations; `sentence` may use the error's public attributes as %(name)s."""

    status: int
    title: str
    sentence: str


TABLE: dict[type[errors.Error], Answer] = {
    errors.NotFound: Answer(
        404,
        _("Cette page n’existe pas"),
        _("Elle a pu être déplacée ou détruite, ou elle n’est pas pour vous. Rien n’est perdu : vos enveloppes sont dans votre boîte."),
    ),
}


def answer(error: errors.Error) -> Answer:
    """The entry of the nearest class; the completeness test wants one for each."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def sentence(error: errors.Error) -> str:
    """What happened, that nothing is lost, what to do: in the language in force."""
    return str(answer(error).sentence) % vars(error)
