"""The page of the ordinary mailboxes: what each person of the cast receives outside Sceau, codes included."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sceau.demo import cast, mailboxes


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    host: str
    email: str


@require_safe
@never_cache
def mails(request: HttpRequest) -> HttpResponse:
    port = request.get_port()
    roles = [
        Role(f"{p.given_name} {p.family_name}", f"http://{p.handle}.localhost:{port}/", p.email) for p in cast.EVERYBODY
    ]
    chosen = request.GET.get("a", "")
    found = [mail for mail in mailboxes.newest() if not chosen or mail.to == chosen]
    return render(request, "demo/mails.html", {"mails": found, "roles": roles, "chosen": chosen})
