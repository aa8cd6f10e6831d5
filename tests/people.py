"""The cast of the tests: real people with real keys, who come in as anybody does.

Fixtures: `claire` and `marc` write to each other, `bruno` is to become Claire's delegate, `chloe` is a colleague
with no right at all, `lea` is not validated yet. `join(player)` makes any other. `sign_in(member)` is a browser.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from sceau.accounts import signup
from sceau.accounts.actor import Actor
from sceau.accounts.models import Mailbox, Person
from sceau.accounts.people import Identity
from sceau.core import clock, ids
from sceau.core.values import Address
from sceau.demo.cast import CLAIRE, LEA, MARC, Player
from sceau.notify.models import Notice
from sceau.notify.notices import Message
from sceau.vault import principals
from sceau.vault.keyring import Keys
from sceau.vault.sessions import Assurance

BRUNO = replace(
    CLAIRE,
    handle="bruno",
    civility="M.",
    given_name="Bruno",
    family_name="Arnaud",
    email="bruno.arnaud@tilleuls.example",
    profession="Secrétaire médical",
    rpps=None,
)
CHLOE = replace(
    CLAIRE,
    handle="chloe",
    given_name="Chloé",
    family_name="Delmas",
    email="chloe.delmas@tilleuls.example",
    rpps=None,
)


@dataclass(frozen=True)
class Member:
    """Somebody with an account, and what only he knows."""

    person: Person
    mailbox: Mailbox
    password: str
    recovery_code: str

    @property
    def address(self) -> Address:
        return Address.parse(self.person.email)


def join(player: Player, *, at: datetime | None = None) -> Member:
    """Open an account through the mailed link, validated by an operator when the player is certified."""
    at = at or clock.now()
    signup.ask(Address.parse(player.email), language="fr", network="192.0.2.1", at=at)
    token = link(player.email, "signup").rpartition("/")[2]
    identity = Identity(
        given_name=player.given_name,
        family_name=player.family_name,
        civility=player.civility,
        profession=player.profession,
        structure=player.structure,
        city=player.city,
    )
    opened = signup.complete(token, identity, player.password, language="fr", device="Firefox, Linux", at=at)
    opened.person.status = Person.Status.CERTIFIED if player.certified else Person.Status.UNVERIFIED
    opened.person.rpps = player.rpps
    opened.person.save()
    return Member(opened.person, opened.person.mailboxes.get(), player.password, opened.recovery_code)


def actor(member: Member, *, assurance: Assurance = Assurance.CODE, at: datetime | None = None) -> Actor:
    """What a door builds for a signed-in person, without a browser."""
    seed = principals.check_password(member.person.principal, member.password)
    keys = Keys(member.person.principal_id, seed, at=at or clock.now())
    return Actor(member.person, member.mailbox, assurance, keys, ids.new())


def sign_in(member: Member, client: Client | None = None) -> Client:
    """A browser in which this person has given the password, then the code that was mailed."""
    client = client or Client()
    answer = client.post("/connexion", {"address": member.person.email, "password": member.password})
    assert answer.status_code == 303, answer.content.decode()
    answer = client.post("/connexion/code", {"code": code(member.person.email)})
    assert answer.status_code == 303, answer.content.decode()
    return client


def mails(to: str, kind: str = "") -> list[Message]:
    """What waits for the worker, oldest first, opened with the queue key that only the worker holds."""
    rows = Notice.objects.filter(state=Notice.State.QUEUED).order_by("queued_at", "id")
    opened = [Message.of(row) for row in rows if not kind or row.kind == kind]
    return [message for message in opened if message.to == to]


def code(to: str) -> str:
    """The newest code mailed to this address."""
    return str(mails(to, "code")[-1].context["code"])


def link(to: str, kind: str) -> str:
    """The path of the newest link mailed to this address."""
    address = str(mails(to, kind)[-1].context["link"])
    assert address.startswith(settings.SCEAU_PUBLIC_URL)
    return urlsplit(address).path


def text_of(answer: object) -> str:
    """A page as a reader hears it: without markup, spaces joined."""
    content = getattr(answer, "content", b"").decode()
    return " ".join(re.sub(r"<[^>]*>", " ", content).split())


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next day has just begun: no window of `accounts.rates` ends while a test counts."""
    tomorrow = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", clock.running(tomorrow))


@pytest.fixture
def claire(db: None) -> Member:
    return join(CLAIRE)


@pytest.fixture
def marc(db: None) -> Member:
    return join(MARC)


@pytest.fixture
def bruno(db: None) -> Member:
    return join(BRUNO)


@pytest.fixture
def chloe(db: None) -> Member:
    return join(CHLOE)


@pytest.fixture
def lea(db: None) -> Member:
    return join(LEA)
