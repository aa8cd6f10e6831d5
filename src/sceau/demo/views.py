"""The page of the ordinary mailboxes: what each person of the cast receives outside Sceau, codes included."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sceau.demo import cast, mailboxes
from sceau.demo.mailboxes import Mail


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
    hosts = {role.email: role.host for role in roles}
    found = [_at_home(mail, hosts) for mail in mailboxes.newest() if not chosen or mail.to == chosen]
    return render(request, "demo/mails.html", {"mails": found, "roles": roles, "chosen": chosen})


def _at_home(mail: Mail, hosts: dict[str, str]) -> Mail:
    """Links lead to where this role is signed in: a real installation has one host, the demonstration one a role."""
    public = f"{settings.SCEAU_PUBLIC_URL}/"
    return replace(mail, text=mail.text.replace(public, hosts.get(mail.to, public)))
