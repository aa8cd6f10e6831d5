from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from sceau.web.requests import Request


@require_safe
def home(request: Request) -> HttpResponse:
    """Where one goes: the mailbox, the lock, or the way in."""
    if request.actor:
        return redirect("web:received")
    return redirect("web:locked" if request.found else "web:login")
