from django.http import HttpResponse
from django.shortcuts import redirect

from sceau.web.requests import Request


def home(request: Request) -> HttpResponse:
    """Where one goes: the mailbox, the lock, or the way in."""
    if request.actor:
        return redirect("web:received")
    return redirect("web:locked" if request.found else "web:login")
