"""A small world with something of everybody in it, and a browser for everybody: what access is tried on.

Claire writes, Marc receives, Chloé is a colleague with no right at all, Léa is not validated yet. `locked` and
`pending` are Claire's own browsers: one whose screen is locked, one in which only the password was given.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.db import transaction
from django.test import Client

from sceau.accounts import credentials
from sceau.core import clock, ids
from sceau.demo.cast import CLAIRE, LEA, MARC
from sceau.envelopes import filing, pieces, sending, snippets
from sceau.evidence.integrator import Integrator
from sceau.vault import sessions
from sceau.vault.models import Session
from tests import people
from tests.envelopes import desk
from tests.people import CHLOE, Member, join, sign_in

ROLES = ("nobody", "pending", "locked", "lea", "claire", "marc", "chloe")
PDF = b"%PDF-1.4 une page"


@dataclass(frozen=True)
class Answer:
    """What came back, wholly read."""

    status: int
    headers: dict[str, str]
    cookies: SimpleCookie
    body: bytes


@dataclass(frozen=True)
class Stage:
    members: dict[str, Member]
    browsers: dict[str, Client]  # by role
    places: dict[str, str]  # what stands between braces in an address

    def ask(
        self,
        role: str,
        method: str,
        address: str,
        body: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, of which nothing remains: neither rows nor cookies."""
        browser = self.browsers[role]
        kept = copy.deepcopy(browser.cookies)
        with undone():
            if method == "POST":
                sent = browser.post(address, body or {}, headers=headers)
            else:
                sent = browser.generic(method, address, headers=headers)
            content = b"".join(sent) if sent.streaming else sent.content
        browser.cookies = kept
        return Answer(sent.status_code, dict(sent.headers), sent.cookies, content)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build(*, csrf: bool = False) -> Stage:
    """`csrf`: browsers whose forms are checked as those of real ones."""
    claire, marc, chloe, lea = join(CLAIRE), join(MARC), join(CHLOE), join(LEA)
    members = {"claire": claire, "marc": marc, "chloe": chloe, "lea": lea}
    places = {**_letters(claire, marc), **_links(claire, lea), "absent": str(ids.new())}
    browsers = {role: sign_in(member) for role, member in members.items()}
    places["session"] = str(credentials.own_sessions(people.actor(claire))[0].handle)
    browsers |= {"nobody": Client(), "pending": _pending(claire), "locked": _locked(claire)}
    if csrf:
        for browser in browsers.values():
            browser.handler.enforce_csrf_checks = True
    return Stage(members, browsers, places)


def _letters(claire: Member, marc: Member) -> dict[str, str]:
    """Claire's draft with a document, an envelope that Marc opened, one that he has not."""
    by = people.actor(claire)
    draft = desk.write(by, str(marc.address), subject="Brouillon de Claire")
    upload = desk.attach(draft, "radio.pdf", PDF)
    arrival = pieces.begin(draft, "scanner.pdf", "application/pdf", len(PDF), at=clock.now())
    rich = "<p><b>Bonjour.</b></p>"
    opened = desk.send(by, str(marc.address), ("écho.pdf", PDF), subject="Objet confidentiel", html=rich)
    closed = sending.seal(desk.write(by, str(marc.address)), by=by, at=clock.now())
    desk.open_copy(opened, marc)
    Integrator().step(at=clock.now())
    return {
        "draft": str(draft.id),
        "upload": str(upload.id),
        "folder": str(filing.create("Dossier de Claire", by=by, at=clock.now()).id),
        "arrival": str(arrival.id),
        "template": str(snippets.add("Modèle de Claire", "Bonjour.", by=by, at=clock.now()).id),
        "sent": str(desk.own_copy(opened, by).id),
        "received": str(desk.copy_of(opened, marc).id),
        "closed": str(desk.copy_of(closed, marc).id),
    }


def _pending(member: Member) -> Client:
    browser = Client()
    browser.post("/connexion", {"address": member.person.email, "password": member.password})
    return browser


def _locked(member: Member) -> Client:
    browser = sign_in(member)
    sessions.lock(Session.objects.filter(state=Session.State.OPEN).latest("created_at"))
    return browser


def _links(claire: Member, lea: Member) -> dict[str, str]:
    """The tokens of mailed links: to a newcomer, to Claire who lost her access, to Léa whose new password waits."""
    browser, newcomer = Client(), "nouvelle@tilleuls.example"
    browser.post("/inscription", {"address": newcomer})
    for member in (claire, lea):
        browser.post("/acces-perdu", {"address": member.person.email})
    new = {"way": "wait", "password": "Vent-frais 7 collines", "repeat": "Vent-frais 7 collines"}
    browser.post(people.link(lea.person.email, "recovery"), new)
    return {
        "signup": _token(newcomer, "signup"),
        "recovery": _token(claire.person.email, "recovery"),
        "refusal": _token(lea.person.email, "recovery-waiting"),
    }


def _token(to: str, kind: str) -> str:
    return people.link(to, kind).rpartition("/")[2]
