"""Scanners, previews and prefetches follow every link of every mail, again and again (attack 25)."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client

from sceau.accounts import people as accounts
from sceau.core import clock
from sceau.demo.cast import CLAIRE, LEA, MARC
from sceau.envelopes import notices as envelope_notices
from sceau.envelopes import withdrawal
from sceau.envelopes.models import Copy, Opening
from sceau.evidence.events import Event
from sceau.evidence.models import Evidence
from sceau.notify import mails
from sceau.notify.kinds import SWITCHABLE, Kind
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from tests import people
from tests.envelopes import desk
from tests.people import CHLOE, Member, join, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.attack(25)]

NEW = {"password": "Vent-frais 7 collines", "repeat": "Vent-frais 7 collines"}
ROBOTS = (
    {"user-agent": "Mozilla/5.0 (compatible; Microsoft Defender for Office 365 Safe Links)"},
    {"user-agent": "SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com"},
    {"user-agent": "facebookexternalhit/1.1 Facebot Twitterbot/1.0", "accept": "*/*"},
    {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140", "sec-purpose": "prefetch;prerender"},
    {"user-agent": "curl/8.5", "accept": "application/json"},
)


@pytest.fixture
def world() -> dict[str, Member]:
    """Everything that mails tell of has happened, and every mail waits."""
    found = {"claire": join(CLAIRE), "marc": join(MARC), "chloe": join(CHLOE), "lea": join(LEA)}
    for member in found.values():
        accounts.choose_notices(member.person, set(SWITCHABLE), word=None)
    browser, claire, marc = Client(), found["claire"], found["marc"]
    for address in (claire.person.email, "nouvelle@tilleuls.example"):
        browser.post("/inscription", {"address": address})
    for address in (marc.person.email, found["lea"].person.email, "personne@nulle-part.example"):
        browser.post("/acces-perdu", {"address": address})
    browser.post(people.link(found["lea"].person.email, "recovery"), {"way": "wait", **NEW})
    _give_back(found["chloe"], browser)
    _write(claire, marc)
    return found


def _give_back(chloe: Member, browser: Client) -> None:
    """Chloé found her access again, from two devices, and changed her password."""
    browser.post("/acces-perdu", {"address": chloe.person.email})
    form = {"way": "code", "recovery_code": chloe.recovery_code, **NEW}
    browser.post(people.link(chloe.person.email, "recovery"), form)
    for device in (Client(), Client()):
        device.post("/connexion", {"address": chloe.person.email, "password": NEW["password"]})
        device.post("/connexion/code", {"code": people.code(chloe.person.email)})
    again = {"current": NEW["password"], "password": "Onze hiboux 8 dorment", "repeat": "Onze hiboux 8 dorment"}
    device.post("/compte/securite/mot-de-passe", again)


def _write(claire: Member, marc: Member) -> None:
    """One envelope was opened, one waits; one could not be told of, two are about to be destroyed, one is withdrawn."""
    by = people.actor(claire)
    opened, closed = (desk.send(by, str(marc.address), ("écho.pdf", b"%PDF")) for _ in range(2))
    desk.open_copy(opened, marc)
    copies = list(Copy.objects.select_related("mailbox__owner", "envelope").all())
    with transaction.atomic():
        envelope_notices.expiring(copies, at=clock.now())
        envelope_notices.destroyed(copies, at=clock.now())
    lost = Notice.objects.get(envelope=closed.id, kind=Kind.RECEIVED)
    envelope_notices.failed(lost.id, at=clock.now())
    withdrawn = desk.send(by, str(marc.address))
    withdrawal.withdraw(desk.own_copy(withdrawn, by), by=by, at=clock.now())


def links() -> dict[str, set[str]]:
    """Every address in every mail that waits, by the kind of mail."""
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(state=Notice.State.QUEUED):
        mail = message_from_bytes(
            mails.render(Message.of(notice), notice=notice.id, at=notice.queued_at), policy=policy.default
        )
        addresses = re.findall(r"https?://[^\s<>\"]+", mail.get_content())
        found.setdefault(notice.kind, set()).update(addresses)
    return found


def rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    return {model.__name__: sorted(model._default_manager.values_list(), key=repr) for model in apps.get_models()}


def visit(places: set[str], browser: Client, *, times: int) -> set[int]:
    """What so many visits of each place by each robot, GET and HEAD, were answered."""
    statuses = set()
    for place in sorted(places):
        for headers in ROBOTS * times:
            for answer in (browser.get(place, headers=headers), browser.head(place, headers=headers)):
                statuses.add(answer.status_code)
                if answer.streaming:
                    b"".join(answer)
    return statuses


def test_every_mail_but_the_code_s_has_links_and_all_lead_here(world: dict[str, Member]) -> None:
    found = links()
    assert set(found) == set(Kind)
    for kind, addresses in found.items():
        own = {address for address in addresses if address.startswith(f"{settings.SCEAU_PUBLIC_URL}/")}
        assert own == addresses
        assert kind == Kind.CODE or len(own) > 2  # its own link, beside home and help


def test_fifty_robots_on_every_link_leave_no_trace(world: dict[str, Member]) -> None:
    """No row is added, changed or deleted: no evidence, nothing opened, no code or link used up, no session."""
    places = {urlsplit(address).path for addresses in links().values() for address in addresses}
    assert len(places) > 15
    before = rows()
    assert visit(places, Client(), times=5) <= {200, 302, 303, 401, 410}
    assert rows() == before
    _everything_still_works(world)


def _everything_still_works(world: dict[str, Member]) -> None:
    browser = Client()
    identity = {"given_name": "Nina", "family_name": "Roux", **NEW}
    assert browser.post(people.link("nouvelle@tilleuls.example", "signup"), identity).status_code == 200
    refusal = people.link(world["lea"].person.email, "recovery-waiting")
    assert browser.post(refusal).status_code == 200
    marc = world["marc"]
    form = {"way": "code", "recovery_code": marc.recovery_code, **NEW}
    assert browser.post(people.link(marc.person.email, "recovery"), form).status_code == 200


def test_a_preview_in_the_reader_s_own_browser_opens_nothing(world: dict[str, Member]) -> None:
    """It sends the reader's cookie: the page of a closed envelope, its documents, the address that opens."""
    browser = sign_in(world["marc"])
    copy = Copy.objects.get(mailbox=world["marc"].mailbox, opened_at=None, withdrawn_at=None)
    page = f"/enveloppes/{copy.id}"
    browser.get("/recues")  # the first list keeps its lines (V4); from here on nothing at all may change
    before = rows()
    parts = ("", "/ouvrir", "/documents/1", "/documents/2", "/documents.zip", "/message.eml", "/detruire", "/jeter")
    assert visit({page + part for part in parts}, browser, times=1) <= {200, 403, 404, 405}
    assert rows() == before
    assert not Opening.objects.filter(copy=copy).exists()
    assert browser.post(f"{page}/ouvrir").status_code == 303
    opened = Evidence.objects.filter(envelope=copy.envelope_id, event=Event.CONTENT_ACCESS_TRACKING)
    assert opened.count() == 1


def test_a_look_at_a_document_s_head_is_no_handover(world: dict[str, Member]) -> None:
    browser = sign_in(world["marc"])
    copy = Copy.objects.exclude(opened_at=None).get(mailbox=world["marc"].mailbox)
    for part in ("/documents/2", "/documents.zip", "/message.eml", "/preuve.pdf"):
        for headers in ROBOTS:
            assert browser.head(f"/enveloppes/{copy.id}{part}", headers=headers).status_code == 405
    assert not Evidence.objects.filter(event=Event.CONTENT_HANDOVER).exists()


def test_robots_keep_no_session_awake(world: dict[str, Member]) -> None:
    """A prefetch or a HEAD is not its person (V7)."""
    browser = sign_in(world["marc"])
    later = clock.now() + timedelta(minutes=25)
    session = people.actor(world["marc"]).person.principal.sessions.latest("created_at")
    session.acted_at = later - timedelta(minutes=50)
    session.save()
    browser.get("/recues", headers=ROBOTS[3])
    browser.head("/recues")
    session.refresh_from_db()
    assert session.acted_at == later - timedelta(minutes=50)
